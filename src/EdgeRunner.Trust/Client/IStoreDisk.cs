namespace EdgeRunner.Trust.Client;

/// <summary>The file-system operations of a <see cref="MetadataStore"/>, one by one, so that a test can cut the power between any two.</summary>
internal interface IStoreDisk
{
    /// <returns>The content; null when there is no such file. A file beyond <paramref name="maxBytes"/> is cut there, and will not verify.</returns>
    byte[]? Read(string path, int maxBytes);

    /// <summary>Creates or overwrites a file and flushes its content.</summary>
    void Write(string path, ReadOnlySpan<byte> content);

    /// <summary>Moves a file over another.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file if it is there.</summary>
    void Delete(string path);

    /// <summary>Makes names durable.</summary>
    void FlushDirectory(string path);

    /// <summary>Names of the files in a directory.</summary>
    string[] List(string path);
}
