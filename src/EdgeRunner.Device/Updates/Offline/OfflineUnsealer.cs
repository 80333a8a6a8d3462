namespace EdgeRunner.Device.Updates.Offline;

/// <summary>Encrypted releases are opened by the daemon, which has the device's key as a credential of its service; a command has not.</summary>
internal sealed class OfflineUnsealer : IReleaseUnsealer
{
    /// <summary>What is said of an encrypted release.</summary>
    public const string Words = "it is encrypted, and only the daemon has the key of this device; start it and ask again: systemctl start edgerunner";

    /// <inheritdoc/>
    public Task<string?> FindProblemAsync(Release release, CancellationToken cancellationToken) => Task.FromResult<string?>(Words);

    /// <inheritdoc/>
    public Task UnsealAsync(Release release, string sealedFile, string plainFile, CancellationToken cancellationToken) =>
        throw new UpdateFailedException(UpdateReasons.NoKey, $"{release.Title}: {Words}", isFinal: false);
}
