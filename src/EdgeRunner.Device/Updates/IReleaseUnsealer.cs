namespace EdgeRunner.Device.Updates;

/// <summary>Decrypts encrypted releases.</summary>
internal interface IReleaseUnsealer
{
    /// <summary>Why this device could not decrypt the release; null when it could.</summary>
    /// <exception cref="UpdateFailedException">The keys cannot be fetched, or the disk does not give this device's key.</exception>
    Task<string?> FindProblemAsync(Release release, CancellationToken cancellationToken);

    /// <summary>Decrypts a verified file and checks the digest of the result.</summary>
    /// <param name="release">Its <see cref="Release.Keys"/> is not null.</param>
    /// <param name="sealedFile">The downloaded file.</param>
    /// <param name="plainFile">Where the bundle goes; written whole and flushed, or not there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpdateFailedException"><see cref="UpdateReasons.NoKey"/>, <see cref="UpdateReasons.DecryptionFailed"/>; or, of the disk and never final,
    /// <see cref="UpdateReasons.Storage"/> and <see cref="UpdateReasons.DigestMismatch"/>.</exception>
    Task UnsealAsync(Release release, string sealedFile, string plainFile, CancellationToken cancellationToken);
}
