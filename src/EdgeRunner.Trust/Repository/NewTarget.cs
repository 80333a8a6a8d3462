using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Repository;

/// <summary>A target that is to be staged: a file, or bytes.</summary>
public sealed record NewTarget
{
    private NewTarget(string path) => Path = path;

    /// <summary>Its path, e.g. <c>models/vision-people/1.2.0.ermodel</c>.</summary>
    public string Path { get; }

    /// <summary>What the application has to say of it.</summary>
    public JsonTree? Custom { get; init; }

    /// <summary>What the file was found to be when it was checked, lowercase hex; null when nobody checked.</summary>
    public string? ExpectedSha256 { get; init; }

    internal string? File { get; private init; }

    internal ReadOnlyMemory<byte> Content { get; private init; }

    /// <summary>A file that is copied; it must not change meanwhile.</summary>
    public static NewTarget OfFile(string path, string file) => new(path) { File = file };

    /// <summary>Bytes that are written.</summary>
    public static NewTarget OfBytes(string path, ReadOnlyMemory<byte> content) => new(path) { Content = content };
}
