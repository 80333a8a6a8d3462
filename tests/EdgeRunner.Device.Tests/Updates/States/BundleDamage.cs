namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>What a disk does to a file.</summary>
internal static class BundleDamage
{
    /// <summary>Changes one byte in the middle.</summary>
    public static void FlipByte(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Seek(file.Length / 2, SeekOrigin.Begin);
        var one = file.ReadByte();
        file.Seek(-1, SeekOrigin.Current);
        file.WriteByte((byte)(one ^ 1));
    }

    /// <summary>Makes it a file whose sectors the disk does not give back: reading it is EIO, from the kernel. It is a link to memory where nothing is.</summary>
    public static void Lose(string path)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, "/proc/self/mem");
    }

    /// <summary>Replaces it by another good bundle: what a file system does that has mixed up its blocks, and no check of the bundle itself finds.</summary>
    public static void Replace(string path, string other)
    {
        File.Delete(path);
        File.Copy(other, path);
    }
}
