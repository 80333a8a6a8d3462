namespace EdgeRunner.Device.Updates.Encryption;

/// <summary>Log lines of encrypted releases: event ids 7150 to 7159.</summary>
internal static partial class EncryptionLog
{
    [LoggerMessage(7150, LogLevel.Warning, "{Problem}")]
    public static partial void KeyFileOpen(ILogger logger, string problem);

    [LoggerMessage(7151, LogLevel.Information, "{Release} was encrypted under key {KeyId} and is decrypted: {Bytes} bytes")]
    public static partial void Unsealed(ILogger logger, string release, string keyId, long bytes);
}
