namespace EdgeRunner.Device.Updates;

/// <summary>The unsealer of a device without a key.</summary>
internal sealed class KeylessUnsealer : IReleaseUnsealer
{
    /// <inheritdoc/>
    public Task<string?> FindProblemAsync(Release release, CancellationToken cancellationToken) => Task.FromResult<string?>(Words(release));

    /// <inheritdoc/>
    public Task UnsealAsync(Release release, string sealedFile, string plainFile, CancellationToken cancellationToken) =>
        Task.FromException(new UpdateFailedException(UpdateReasons.NoKey, Words(release), isFinal: true));

    private static string Words(Release release) => $"{release.Title} is encrypted and this device has no key: updates.deviceKeyFile is not set";
}
