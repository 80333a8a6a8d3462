using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Trust.Repository;

/// <summary>The file-system operations of a repository writer, one by one, so that a test can cut the power between any two.</summary>
internal interface IRepositoryDisk
{
    /// <summary>Makes a directory and those above it.</summary>
    void CreateDirectory(string path);

    /// <summary>Creates or overwrites a file and flushes its content.</summary>
    void Write(string path, ReadOnlySpan<byte> content);

    /// <summary>Copies a file into a new one and flushes its content.</summary>
    /// <param name="from">Open for reading: whoever writes in the repository need not be who may read this.</param>
    /// <param name="to">Replaced when it is there.</param>
    /// <returns>The SHA-256 and the length of what was written.</returns>
    (byte[] Sha256, long Length) Copy(SafeFileHandle from, string to);

    /// <summary>Moves a file over another.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file if it is there.</summary>
    void Delete(string path);

    /// <summary>Makes names durable.</summary>
    void FlushDirectory(string path);
}
