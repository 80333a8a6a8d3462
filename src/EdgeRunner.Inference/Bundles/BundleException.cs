namespace EdgeRunner.Inference.Bundles;

/// <summary>A bundle, or the directory one is packed from, was refused. Nothing of it has been used.</summary>
/// <remarks>Only for bad content. A file that cannot be opened or read is an <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/>.</remarks>
public sealed class BundleException : Exception
{
    /// <summary>One problem.</summary>
    /// <param name="reason">What to branch on.</param>
    /// <param name="file">Path of the bundle or of the author's <c>model.json</c>.</param>
    /// <param name="entry">The entry, or JSON path, at fault; null when it is the file as a whole.</param>
    /// <param name="detail">Value found and what would be right.</param>
    public BundleException(BundleErrorReason reason, string file, string? entry, string detail)
        : this(reason, file, [entry is null ? detail : $"{entry}: {detail}"])
        => Entry = entry;

    /// <summary>Several problems of one kind, all reported at once.</summary>
    /// <param name="reason">What to branch on.</param>
    /// <param name="file">Path of the bundle or of the author's <c>model.json</c>.</param>
    /// <param name="problems">At least one; each says where, the value found and what would be right.</param>
    public BundleException(BundleErrorReason reason, string file, IReadOnlyList<string> problems)
        : base(Format(file, problems))
    {
        Reason = reason;
        File = file;
        Problems = problems;
    }

    /// <summary>What to branch on.</summary>
    public BundleErrorReason Reason { get; }

    /// <summary>Path of the bundle or of the author's <c>model.json</c>.</summary>
    public string File { get; }

    /// <summary>The entry, or JSON path, at fault; null when it is the file as a whole or several.</summary>
    public string? Entry { get; }

    /// <summary>Each problem without the file's name; at least one.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Format(string file, IReadOnlyList<string> problems) =>
        problems.Count == 1 ? $"{file}: {problems[0]}" : $"{file}: {problems.Count} problems:\n  {string.Join("\n  ", problems)}";
}
