using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Device.Updates.Encryption;

/// <summary>The file with this device's private keys for encrypted models.</summary>
internal static class DeviceKeyFile
{
    /// <summary>Name of the systemd credential that is taken when <c>updates.deviceKeyFile</c> is not set.</summary>
    public const string Credential = "device-key";

    private const string CredentialsVariable = "CREDENTIALS_DIRECTORY";
    private const int MaxBytes = 64 << 10;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Where the keys are: the configured file, else the systemd credential when the service has it; null when there is neither.</summary>
    public static string? Locate(string? configured) => Locate(configured, Environment.GetEnvironmentVariable(CredentialsVariable));

    internal static string? Locate(string? configured, string? credentials)
    {
        if (configured is not null) return configured;
        return credentials is { Length: > 0 } && Path.Combine(credentials, Credential) is var file && File.Exists(file) ? file : null;
    }

    /// <summary>Reads all keys of the file.</summary>
    /// <returns>For the caller to dispose.</returns>
    /// <exception cref="SealException">It is no key file. The message names it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IReadOnlyList<DeviceKey> Read(string file)
    {
        var bytes = Array.Empty<byte>();
        var text = Array.Empty<char>();
        try
        {
            using (var handle = File.OpenHandle(file))
            {
                if (RandomAccess.GetLength(handle) is > MaxBytes and var length) throw new SealException(SealFailure.BadKey, $"it has {length} bytes; expected at most {MaxBytes}");
                bytes = new byte[RandomAccess.GetLength(handle)];
                var read = RandomAccess.Read(handle, bytes, 0);
                text = new char[Encoding.UTF8.GetCharCount(bytes, 0, read)];
                Encoding.UTF8.GetChars(bytes, 0, read, text, 0);
            }

            return DeviceKey.ReadAll(text);
        }
        catch (SealException e)
        {
            throw new SealException(e.Failure, $"{file}: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(text);
        }
    }

    /// <summary>What is wrong with who may read the file; null when nothing is.</summary>
    public static string? FindModeProblem(string file)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            var mode = File.GetUnixFileMode(file);
            // systemd gives credentials the mode 0440 in a directory that only the service can enter.
            return (mode & Others) == UnixFileMode.None || IsCredential(file) ? null : $"{file} has the mode {Convert.ToString((int)mode, 8)}: others may read the key of this device. chmod 600 {file}, and make a new key if somebody did";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // whoever reads it says what is wrong
        }
    }

    private static bool IsCredential(string file) =>
        Environment.GetEnvironmentVariable(CredentialsVariable) is { Length: > 0 } directory && string.Equals(Path.GetDirectoryName(Path.GetFullPath(file)), Path.GetFullPath(directory), StringComparison.Ordinal);
}
