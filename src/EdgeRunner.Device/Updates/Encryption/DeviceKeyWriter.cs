using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Device.Updates.Encryption;

/// <summary>Writes device key files: PKCS#8 PEM, mode 0600 from their first moment.</summary>
internal static class DeviceKeyWriter
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new key. Nothing is lost: a file that is there is either refused or gets the key before those it has.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="key">The key.</param>
    /// <param name="add">Keep the keys that are there.</param>
    /// <exception cref="SealException">There is a file, or it is full or no key file.</exception>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    public static void Write(string path, DeviceKey key, bool add)
    {
        var pem = key.ToPem();
        var content = Encoding.ASCII.GetBytes(pem);
        Array.Clear(pem);
        var before = Array.Empty<byte>();
        try
        {
            if (File.Exists(path))
            {
                if (!add) throw new SealException(SealFailure.BadKey, $"{path} is there already, and a key is never overwritten; --add puts a new one before those that are in it");
                var held = DeviceKeyFile.Read(path);
                foreach (var one in held) one.Dispose();
                if (held.Count == DeviceKey.MaxKeys) throw new SealException(SealFailure.BadKey, $"{path} has {DeviceKey.MaxKeys} keys; delete those that nothing is encrypted for any more");
                before = File.ReadAllBytes(path);
            }

            Write(path, content, before);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(before);
        }
    }

    private static void Write(string path, byte[] content, byte[] before)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        File.Delete(temporary); // of a run that was killed
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(content);
                file.Write(before);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: before.Length > 0);
        }
        finally
        {
            File.Delete(temporary);
        }

        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }
}
