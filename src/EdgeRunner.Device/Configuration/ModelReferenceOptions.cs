namespace EdgeRunner.Device.Configuration;

/// <summary>The model of a pipeline: an installed one by name (also written as a plain string), or a bundle file.</summary>
internal sealed record ModelReferenceOptions : ICheckedSection, IShorthandSection
{
    /// <summary>Name of a model in the model store; null when a bundle is given.</summary>
    public string? Name { get; set; }

    /// <summary>Path of a <c>.ermodel</c> file that is used as it is, outside the store; null when a name is given.</summary>
    public string? Bundle { get; set; }

    /// <summary>When a new version does not fit into memory beside the running one: true lets the running one go first, and windows wait
    /// meanwhile; false refuses the new version.</summary>
    public bool AllowDropFirst { get; set; }

    /// <summary>How ONNX Runtime runs it.</summary>
    public ModelSessionOptions Session { get; set; } = new();

    /// <inheritdoc/>
    public void SetShorthand(string text) => Name = text;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.NameOf(nameof(Name), Name);
        Bundle = check.FullPath(nameof(Bundle), Bundle);
        if (Name is null == Bundle is null && check.Errors.Count == 0)
            check.SectionError("exactly one of name and bundle is expected");
    }
}
