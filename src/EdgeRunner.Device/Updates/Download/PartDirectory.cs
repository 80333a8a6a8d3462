namespace EdgeRunner.Device.Updates.Download;

/// <summary>Where downloads lie that are under way or done and not installed yet.</summary>
/// <remarks>
/// <code>
/// updates/parts/MODEL/SHA256.part    the file of a release, at its full length from the beginning; SHA256 is the one that was signed
/// updates/parts/MODEL/SHA256.chunks  its index: how a later release finds chunks in it
/// </code>
/// </remarks>
internal sealed class PartDirectory(string stateDirectory)
{
    private const string PartExtension = ".part";
    private const string IndexExtension = ".chunks";

    internal string Root { get; } = Path.Combine(stateDirectory, "updates", "parts");

    /// <summary>The directory of a model.</summary>
    /// <exception cref="ArgumentException">That is no name a directory can have.</exception>
    internal string Of(string model) => model.Length is > 0 and < 256 && model[0] != '.' && model.AsSpan().IndexOfAny('/', '\0') < 0
        ? Path.Combine(Root, model)
        : throw new ArgumentException($"\"{model}\" is not the name of a model", nameof(model));

    internal string PartFile(string model, string sha256) => Path.Combine(Of(model), sha256 + PartExtension);

    internal string IndexFile(string model, string sha256) => Path.Combine(Of(model), sha256 + IndexExtension);

    /// <summary>Digests of the downloads of a model.</summary>
    internal IReadOnlyList<string> List(string model) => Directory.Exists(Of(model))
        ? [.. Directory.EnumerateFiles(Of(model), "*" + PartExtension).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Deletes all downloads of a model but one.</summary>
    /// <exception cref="IOException">One cannot be deleted.</exception>
    internal void Delete(string model, string? exceptSha256)
    {
        var directory = Of(model);
        if (!Directory.Exists(directory)) return;
        foreach (var file in Directory.GetFiles(directory).Where(file => !string.Equals(Path.GetFileNameWithoutExtension(file), exceptSha256, StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        if (exceptSha256 is null) Directory.Delete(directory); // a directory for each model that ever was would stay for ever
    }
}
