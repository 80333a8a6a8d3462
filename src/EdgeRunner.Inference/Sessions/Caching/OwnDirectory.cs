using EdgeRunner.Native.Linux;

namespace EdgeRunner.Inference.Sessions.Caching;

/// <summary>A directory in which nobody else can write: what is found there is ours.</summary>
internal static class OwnDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the directory if it is not there, with mode 0700, and checks that it is nobody else's. Missing directories above it get the usual
    /// mode: they are not ours to close.</summary>
    /// <returns>Null when it can be used, else why not and what would mend it.</returns>
    internal static string? Prepare(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return "files are kept on Linux only";
        }
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            if (FileIdentity.Read(path) is not { IsDirectory: true } identity)
            {
                return $"{path} is not a directory: remove it";
            }
            return identity.UserId == FileIdentity.CurrentUserId && (identity.Mode & 0x3F) == 0 // 0x3F = 077 octal
                ? null
                : $"{path} must belong to the user of the daemon (id {FileIdentity.CurrentUserId}) with mode 0700; it belongs to {identity.UserId} "
                    + $"with mode {Convert.ToString(identity.Mode, 8).PadLeft(4, '0')}: remove it";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be made or looked at: {e.Message}";
        }
    }
}
