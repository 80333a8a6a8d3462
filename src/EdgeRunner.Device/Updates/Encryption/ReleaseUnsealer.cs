using System.Security.Cryptography;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Device.Updates.Encryption;

/// <summary>Opens encrypted releases with the keys of this device. docs/encryption.md has the formats.</summary>
/// <remarks>The envelope of a release is kept in <c>STATE/updates/keys/MODEL.keys</c>, so that a release that was fetched can be opened without a way to the repository.
/// The file of the device keys is read anew for each release: a key that was added counts at once. Use from one task at a time.</remarks>
/// <param name="transport">The road to the envelopes; stays with the caller.</param>
/// <param name="options">Where the device keys are.</param>
/// <param name="stateDirectory">The daemon's state directory.</param>
/// <param name="logger">Told of a key file that others may read.</param>
internal sealed class ReleaseUnsealer(IUpdateTransport transport, UpdateOptions options, string stateDirectory, ILogger<ReleaseUnsealer> logger) : IReleaseUnsealer
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string MakeOne = "make one with `edgerunner device-key generate` and have it enrolled";

    private readonly string _directory = Path.Combine(stateDirectory, "updates", "keys");
    private string? _warned;

    /// <inheritdoc/>
    public async Task<string?> FindProblemAsync(Release release, CancellationToken cancellationToken)
    {
        var envelope = await FetchAsync(release, cancellationToken).ConfigureAwait(false);
        try
        {
            using var key = Open(release, envelope.Span);
            return null;
        }
        catch (UpdateFailedException e) when (e.Code is not UpdateReasons.Storage) // A key that cannot be read now says nothing of the next moment.
        {
            return e.Message;
        }
    }

    /// <summary>Where the plain text lies until it is whole.</summary>
    public static string Unfinished(string plainFile) => plainFile + ".part";

    /// <inheritdoc/>
    public async Task UnsealAsync(Release release, string sealedFile, string plainFile, CancellationToken cancellationToken)
    {
        var envelope = await FetchAsync(release, cancellationToken).ConfigureAwait(false);
        using var key = Open(release, envelope.Span);
        var temporary = Unfinished(plainFile);
        File.Delete(temporary); // one that is there keeps its mode, whatever that is
        try
        {
            await DecryptGuardedAsync(release, key, sealedFile, temporary, cancellationToken).ConfigureAwait(false);
            File.Move(temporary, plainFile, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(plainFile))!);
        EncryptionLog.Unsealed(logger, release.Title, key.KeyId, key.PlainLength);
    }

    /// <summary>Tells a release that is not what its keys say, which is final, from a disk that fails or gives back other bytes than were verified, which may pass.</summary>
    private static async Task DecryptGuardedAsync(Release release, ReleaseKey key, string sealedFile, string target, CancellationToken cancellationToken)
    {
        try
        {
            await DecryptAsync(release, key, sealedFile, target, cancellationToken).ConfigureAwait(false);
        }
        catch (UpdateFailedException e) when (e.IsFinal)
        {
            if (await FindDamageAsync(release, sealedFile, cancellationToken).ConfigureAwait(false) is not { } found) throw;
            throw new UpdateFailedException(UpdateReasons.DigestMismatch,
                $"{sealedFile} is not what was downloaded any more (SHA-256 {found}): the disk may be failing; its damaged parts are fetched again. {e.Message}", isFinal: false, e);
        }
        catch (IOException e) when (!FileSpace.IsNoSpace(e))
        {
            throw Unreadable(release, sealedFile, e);
        }
    }

    /// <summary>The digest of the file when it is not the signed one; null when it is.</summary>
    private static async Task<string?> FindDamageAsync(Release release, string sealedFile, CancellationToken cancellationToken)
    {
        try
        {
            var cipher = new FileStream(sealedFile, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            await using var cipherDisposal = cipher.ConfigureAwait(false);
            var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(cipher, cancellationToken).ConfigureAwait(false));
            return string.Equals(found, release.Target.File.Digests.All.GetValueOrDefault("sha256"), StringComparison.Ordinal) ? null : found;
        }
        catch (IOException e)
        {
            throw Unreadable(release, sealedFile, e);
        }
    }

    /// <exception cref="UpdateFailedException">It does not decrypt, or is not what the envelope says.</exception>
    private static async Task DecryptAsync(Release release, ReleaseKey key, string sealedFile, string target, CancellationToken cancellationToken)
    {
        var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) mode.UnixCreateMode = OwnerOnly;
        var cipher = new FileStream(sealedFile, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using var cipherDisposal = cipher.ConfigureAwait(false);
        var file = new FileStream(target, mode);
        await using var fileDisposal = file.ConfigureAwait(false);
        using var plain = new DigestingStream(file, key.PlainLength);
        try
        {
            await (key.Mode == SealMode.Single
                ? SegmentedCipher.Default.DecryptAsync(cipher, plain, key.Key, key.AssociatedData, cancellationToken)
                : new ChunkedCipher(key.Model).DecryptAsync(cipher, plain, key.Key, cancellationToken)).ConfigureAwait(false);
        }
        catch (SealException e)
        {
            throw Failed($"{release.Title} cannot be decrypted: {e.Message}", isFinal: true, e);
        }

        if (plain.Total != key.PlainLength) throw Failed($"{release.Title} decrypts to {(plain.Total > key.PlainLength ? "more" : $"{plain.Total}")} bytes; its key envelope says {key.PlainLength}", isFinal: true);
        var found = plain.Finish();
        if (!CryptographicOperations.FixedTimeEquals(found, Convert.FromHexString(key.PlainSha256)))
            throw Failed($"{release.Title} decrypts to SHA-256 {Convert.ToHexStringLower(found)}; its key envelope says {key.PlainSha256}", isFinal: true);
        file.Flush(flushToDisk: true);
    }

    /// <exception cref="UpdateFailedException">No key of this device opens it, or it is for another release.</exception>
    private ReleaseKey Open(Release release, ReadOnlySpan<byte> envelope)
    {
        var keys = ReadKeys(release);
        ReleaseKey? key = null;
        try
        {
            key = KeyEnvelope.Parse(envelope).Open(keys);
            if (!string.Equals(key.Model, release.Model, StringComparison.Ordinal) || key.Release != release.Number)
                throw Failed($"the keys of {release.Title} (release {release.Number}) are those of {key.Model}, release {key.Release}; have it encrypted anew with `edgefleet model rekey`", isFinal: false);
            return key;
        }
        catch (SealException e)
        {
            throw e.Failure == SealFailure.NoRecipient
                ? NoKey($"{release.Title}: {e.Message}. Is this device enrolled, and in the group? `edgefleet model rekey {release.Model} {release.Version}` encrypts the key for devices that were enrolled since", e)
                : Failed($"{release.Title}: {e.Message}", isFinal: false, e);
        }
        catch (UpdateFailedException)
        {
            key?.Dispose();
            throw;
        }
        finally
        {
            foreach (var one in keys) one.Dispose();
        }
    }

    private IReadOnlyList<DeviceKey> ReadKeys(Release release)
    {
        var file = DeviceKeyFile.Locate(options.DeviceKeyFile) ?? throw NoKey($"{release.Title} is encrypted and this device has no key: updates.deviceKeyFile is not set; {MakeOne}");
        if (DeviceKeyFile.FindModeProblem(file) is { } problem && !string.Equals(problem, _warned, StringComparison.Ordinal))
        {
            EncryptionLog.KeyFileOpen(logger, problem);
            _warned = problem;
        }

        try
        {
            return DeviceKeyFile.Read(file);
        }
        catch (SealException e)
        {
            throw NoKey($"{release.Title} is encrypted and the device key cannot be used: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NoKey($"{release.Title} is encrypted and there is no device key {file} (updates.deviceKeyFile); {MakeOne}", e);
        }
        catch (IOException e)
        {
            throw new UpdateFailedException(UpdateReasons.Storage, $"{release.Title} is encrypted and the disk did not give the device key {file}: {e.Message}", isFinal: false, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NoKey($"{release.Title} is encrypted and the device key {file} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The envelope as it was signed, from the disk when it is there.</summary>
    private async Task<ReadOnlyMemory<byte>> FetchAsync(Release release, CancellationToken cancellationToken)
    {
        var target = release.Keys ?? throw new ArgumentException("The release is not encrypted", nameof(release));
        var kept = Path.Combine(_directory, release.Model + KeyEnvelope.Extension);
        if (ReadKept(kept, target) is { } known) return known;
        if (target.File.Length > KeyEnvelope.MaxBytes) throw Failed($"{target.TargetPath}, listed by {target.Role}, has {target.File.Length} bytes; expected at most {KeyEnvelope.MaxBytes}", isFinal: false);
        FetchResult answer;
        try
        {
            answer = await transport.FetchAsync(TransferKind.Target, target.FetchName, (int)target.File.Length, cancellationToken).ConfigureAwait(false);
        }
        catch (RepositoryUnavailableException e)
        {
            throw new UpdateFailedException(UpdateReasons.Unavailable, $"the keys of {release.Title} cannot be fetched: {e.Message}", isFinal: false, e);
        }

        if (answer.IsNotFound) throw new UpdateFailedException(UpdateReasons.Untrusted, $"{target.Role} lists {target.TargetPath}, and {transport.Name} has no file {target.FetchName}", isFinal: false);
        if (FindMismatch(target, answer) is { } problem) throw new UpdateFailedException(UpdateReasons.Untrusted, $"{target.TargetPath} from {transport.Name} is not what {target.Role} has signed: {problem}", isFinal: false);
        Keep(kept, answer.Bytes.Span);
        return answer.Bytes;
    }

    private static string? FindMismatch(TargetMatch target, FetchResult answer)
    {
        if (answer.IsTooLong || answer.Bytes.Length != target.File.Length) return $"it has {(answer.IsTooLong ? "more than" : $"{answer.Bytes.Length} and not")} {target.File.Length} bytes";
        return target.File.Digests.Mismatch(answer.Bytes.Span) is var (expected, found) ? $"expected {expected}, found {found}" : null;
    }

    private static byte[]? ReadKept(string file, TargetMatch target)
    {
        try
        {
            if (!File.Exists(file) || new FileInfo(file).Length != target.File.Length) return null;
            var bytes = File.ReadAllBytes(file);
            return bytes.Length == target.File.Length && target.File.Digests.Mismatch(bytes) is null ? bytes : null;
        }
        // What was kept spares a fetch and is nothing more.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Keep(string file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            DurableFile.Write(file, bytes);
        }
        // As above: it is fetched again then.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private static UpdateFailedException Unreadable(Release release, string sealedFile, IOException e) =>
        new(UpdateReasons.Storage, $"{release.Title} could not be decrypted because of the disk, and is tried again: {sealedFile}: {e.Message}", isFinal: false, e);

    private static UpdateFailedException NoKey(string message, Exception? inner = null) => new(UpdateReasons.NoKey, message, isFinal: false, inner);

    private static UpdateFailedException Failed(string message, bool isFinal, Exception? inner = null) => new(UpdateReasons.DecryptionFailed, message, isFinal, inner);
}
