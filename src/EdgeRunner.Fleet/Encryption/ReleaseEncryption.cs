using System.Security.Cryptography;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Encryption;

/// <summary>Encrypts new versions of models, and the keys of versions for other devices. With the lock of the repository held.</summary>
internal sealed class ReleaseEncryption(TufRepository repository, ModelKeyStore store)
{
    private readonly DeviceRegistry _registry = new(repository.Content.Layout);

    /// <summary>Encrypts a verified bundle and adds it. Its key is in the store before anything is staged.</summary>
    /// <returns>What was done, in words.</returns>
    /// <exception cref="RepositoryException">Nobody is in a group, that version is there, or no role may list it.</exception>
    internal async Task<IReadOnlyList<string>> AddAsync(ModelBundle bundle, EncryptionRequest request, string? role, CancellationToken cancellationToken)
    {
        var manifest = bundle.Manifest;
        ModelCatalog.RequireNew(repository, manifest, sha256: null, role); // a large file is not encrypted for nothing
        var devices = _registry.OfGroups(request.Groups);
        var recipients = devices.SelectMany(d => d.PublicKeys).ToArray();
        var done = Problems(manifest.Name);
        var keys = store.Read(manifest.Name);
        var secret = request.Mode == SealMode.Single ? RandomNumberGenerator.GetBytes(ReleaseKey.KeyBytes) : SecretFor(keys, request, recipients, done);
        using var key = new ReleaseKey(secret, request.Mode, bundle.SizeBytes, bundle.Sha256, manifest.Name, ModelCatalog.NextRelease(repository.Content, manifest.Name));
        var envelope = KeyEnvelope.Seal(key, recipients);
        var release = new EncryptedRelease(manifest.Version.ToString(), key.Release, request.Mode, secret, bundle.SizeBytes, bundle.Sha256, request.Groups);
        keys = keys.With(release);
        store.Write(request.Mode == SealMode.Single ? keys : keys with { ChunkSecret = Share(keys.ChunkSecret, secret, recipients) });

        var file = Path.Combine(repository.Content.Layout.Staged, $".seal-{Guid.NewGuid():N}.tmp"); // what a crash leaves is swept away with what the repository's own leave
        var owner = RepositoryOwner.Of(repository.Content.Layout);
        try
        {
            var (lengths, sha256) = await SealAsync(bundle.Path, key, file, owner, cancellationToken).ConfigureAwait(false);
            done.Add(ModelCatalog.Add(repository, manifest, new ReleaseContent(file, sha256)
            {
                ChunkLengths = lengths,
                Custom = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { [ModelCatalog.EncryptedMember] = JsonTree.Of(1) },
                Companions = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { [KeyEnvelope.Extension] = envelope },
            }, role, cancellationToken));
        }
        finally
        {
            using var acting = owner.Enter();
            File.Delete(file);
        }
        done.Add($"Encrypted ({Name(request.Mode)}) for {Count(devices, recipients)} of {string.Join(", ", request.Groups)}: {string.Join(", ", devices.Select(d => d.Id))}. Its key {key.KeyId} is in {store.DirectoryPath}.");
        return done;
    }

    /// <summary>Encrypts the key of a version for the devices that are in groups now.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">The version.</param>
    /// <param name="groups">None: those that it is for already.</param>
    /// <param name="rotate">Also let the next version in mode chunked take a new secret.</param>
    /// <returns>What was done, in words.</returns>
    /// <exception cref="RepositoryException">It is not encrypted, its key is not in the store, or nobody is in a group.</exception>
    internal IReadOnlyList<string> Rekey(string model, string version, IReadOnlyList<string> groups, bool rotate)
    {
        var entry = ModelCatalog.Find(repository.Content, model, version);
        var keys = store.Read(model);
        var release = Require(entry, keys);
        groups = groups.Count > 0 ? groups : release.Groups;
        var devices = _registry.OfGroups(groups);
        var recipients = devices.SelectMany(d => d.PublicKeys).ToArray();
        var before = CurrentRecipients(entry);
        var now = recipients.Select(r => r.Thumbprint).ToHashSet(StringComparer.Ordinal);
        var done = Problems(model);
        if (!now.SetEquals(before))
        {
            using var key = new ReleaseKey(release.Key, release.Mode, release.PlainLength, release.PlainSha256, model, release.Release);
            var envelope = KeyEnvelope.Seal(key, recipients);
            var path = KeyEnvelope.PathOf(entry.Target);
            store.Write(keys.With(release with { Groups = groups }) with { ChunkSecret = IsCurrent(keys.ChunkSecret, release) ? Share(keys.ChunkSecret, release.Key, recipients) : keys.ChunkSecret });
            repository.AddTargets(entry.Role, [NewTarget.OfBytes(path, envelope)]);
            done.Add($"Staged: {path} for {Count(devices, recipients)} of {string.Join(", ", groups)}, in {entry.Role}.");
            Describe(done, "New", now.Except(before, StringComparer.Ordinal));
            Describe(done, "Not any more", before.Except(now, StringComparer.Ordinal));
        }
        else
        {
            done.Add($"The keys of {model} {version} are for exactly the {Count(devices, recipients)} of {string.Join(", ", groups)} already.");
        }
        if (before.Except(now, StringComparer.Ordinal).Any())
        {
            done.Add($"A device that had the key can read {model} {version} for ever: nothing takes back what it has. Only a new version under a new key locks it out{(release.Mode == SealMode.Chunked ? "; the next one takes a new secret by itself" : ", and each version in mode single has a key of its own")}.");
        }
        if (rotate)
        {
            store.Write(store.Read(model) with { ChunkSecret = null });
            done.Add($"The next version of {model} in mode chunked takes a new secret: devices fetch all of it once.");
        }
        return done;
    }

    internal static string Name(SealMode mode) => mode == SealMode.Single ? "single" : "chunked";

    private static string Count(IReadOnlyCollection<EnrolledDevice> devices, DevicePublicKey[] keys) =>
        $"{devices.Count} {(devices.Count == 1 ? "device" : "devices")}{(keys.Length == devices.Count ? "" : $" with {keys.Length} keys")}";

    private static ChunkSecret Share(ChunkSecret? before, byte[] key, IEnumerable<DevicePublicKey> recipients) =>
        new(key, [.. (before is not null && before.Key.AsSpan().SequenceEqual(key) ? before.SharedWith : []).Union(recipients.Select(r => r.Thumbprint), StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    private static bool IsCurrent(ChunkSecret? secret, EncryptedRelease release) => secret is not null && release.Mode == SealMode.Chunked && secret.Key.AsSpan().SequenceEqual(release.Key);

    /// <summary>Into a file that is the owner's from the beginning; what is written goes to the open file, whatever becomes of its name.</summary>
    private static async Task<(IReadOnlyList<int> ChunkLengths, string Sha256)> SealAsync(string bundle, ReleaseKey key, string file, FileOwner owner, CancellationToken cancellationToken)
    {
        FileStream output;
        using (owner.Enter())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            output = new FileStream(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        await using (output.ConfigureAwait(false))
        {
            return await ReleaseSealer.SealAsync(bundle, key, output, cancellationToken).ConfigureAwait(false);
        }
    }

    private byte[] SecretFor(ModelKeys keys, EncryptionRequest request, DevicePublicKey[] recipients, List<string> done)
    {
        if (keys.ChunkSecret is not { } secret)
        {
            return RandomNumberGenerator.GetBytes(ReleaseKey.KeyBytes);
        }
        var lost = secret.SharedWith.Except(recipients.Select(r => r.Thumbprint), StringComparer.Ordinal).ToArray();
        if (request.Rotate || (lost.Length > 0 && !request.KeepSecret))
        {
            done.Add($"{(request.Rotate ? "A" : $"Device keys that this version is not for have the secret of {keys.Model} ({Owners(lost)}), so this version takes a")} new secret: devices fetch all of it once. --keep-secret keeps the old one.");
            return RandomNumberGenerator.GetBytes(ReleaseKey.KeyBytes);
        }
        if (lost.Length > 0)
        {
            done.Add($"Warning: device keys that this version is not for have the secret of {keys.Model} and can read it: {Owners(lost)}.");
        }
        return secret.Key;
    }

    private EncryptedRelease Require(ModelEntry entry, ModelKeys keys)
    {
        if (!entry.Encrypted)
        {
            throw new RepositoryException(RepositoryFailure.Refused, entry.Role, file: null, $"{entry.Name} {entry.Version} is not encrypted", "Every device can read it. Add a new version with --encrypt-for GROUP; what devices have, they keep");
        }
        if (entry.State is "removal staged")
        {
            throw new RepositoryException(RepositoryFailure.Refused, entry.Role, file: null, $"the removal of {entry.Name} {entry.Version} is staged", $"`edgefleet repo drop {entry.Role}` gives the removal up");
        }
        return keys.Find(entry.Version) is { } release && release.Release == entry.Release ? release : throw new RepositoryException(RepositoryFailure.NotFound, entry.Role, file: null,
            $"the key of {entry.Name} {entry.Version} is not in {store.DirectoryPath}", "Name the right directory with --model-keys, or restore it from a backup; without the key, add a new version");
    }

    private HashSet<string> CurrentRecipients(ModelEntry entry)
    {
        var path = KeyEnvelope.PathOf(entry.Target);
        if (repository.Content.NewestTargets(entry.Role)!.Targets.GetValueOrDefault(path) is not { } target)
        {
            return [];
        }
        try
        {
            return KeyEnvelope.Parse(File.ReadAllBytes(repository.Content.Layout.TargetFile(path, target.Digests))).Recipients.ToHashSet(StringComparer.Ordinal);
        }
        // It is about to be replaced; who was in it is only said for people.
        catch (Exception e) when (e is SealException or IOException)
        {
            return [];
        }
    }

    private void Describe(List<string> done, string what, IEnumerable<string> thumbprints)
    {
        if (thumbprints.ToArray() is { Length: > 0 } some)
        {
            done.Add($"{what}: {Owners(some)}.");
        }
    }

    private string Owners(IReadOnlyCollection<string> thumbprints)
    {
        var all = _registry.Read();
        return string.Join(", ", thumbprints.Select(t => all.FirstOrDefault(d => d.Keys.Any(k => string.Equals(k.Thumbprint, t, StringComparison.Ordinal))) is { } device
            ? $"{device.Id} ({t[..Math.Min(8, t.Length)]})" : $"key {t[..Math.Min(8, t.Length)]}, which is not enrolled any more"));
    }

    /// <summary>Before the file is written, which gives it its mode again.</summary>
    private List<string> Problems(string model) => store.FindProblem(model) is { } problem ? [problem] : [];
}
