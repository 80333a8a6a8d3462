using EdgeRunner.Native.Linux;

namespace EdgeRunner.Trust.Client;

/// <summary>The real one.</summary>
internal sealed class StoreDisk : IStoreDisk
{
    public byte[]? Read(string path, int maxBytes)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var content = new byte[Math.Min(RandomAccess.GetLength(file), maxBytes)];
            var length = 0;
            while (RandomAccess.Read(file, content.AsSpan(length), length) is > 0 and var read)
            {
                length += read;
            }
            return content[..length];
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void FlushDirectory(string path) => DirectorySync.Flush(path);

    public string[] List(string path) => [.. Directory.EnumerateFiles(path).Select(f => Path.GetFileName(f)!)];
}
