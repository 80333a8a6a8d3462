namespace EdgeRunner.Device.Configuration;

/// <summary>Where a value was written: a file and a line, an environment variable, or nowhere (the built-in default).</summary>
/// <param name="Source">File path as opened, <c>environment NAME</c>, or <c>default</c>.</param>
/// <param name="Line">1-based line in the file; 0 where there are no lines.</param>
/// <param name="BaseDirectory">Directory against which relative paths of this origin resolve.</param>
internal sealed record ConfigurationOrigin(string Source, int Line, string BaseDirectory)
{
    /// <summary>The value was written nowhere.</summary>
    public static ConfigurationOrigin Default { get; } = new("default", 0, "/");

    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}
