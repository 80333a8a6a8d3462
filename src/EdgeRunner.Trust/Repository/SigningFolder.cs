using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>A folder, e.g. on a USB stick, that carries to a signer what is to be signed and carries signatures back.</summary>
/// <remarks>
/// <c>sign/ROLE.json</c> is what waits for signatures, <c>current/ROLE.json</c> what is published, so that the difference can be shown where there is no
/// repository. Nothing in it is trusted: the signer sees the words made from the bytes that are signed, and what comes back is compared with what was staged.
/// </remarks>
public sealed class SigningFolder
{
    private const int MaxFileBytes = 2 << 20;

    private readonly AtomicWriter _writer;

    private SigningFolder(string directory, IRepositoryDisk disk) => (DirectoryPath, _writer) = (Path.GetFullPath(directory), new AtomicWriter(disk));

    /// <summary>The folder, as a full path.</summary>
    public string DirectoryPath { get; }

    private string Sign => Path.Combine(DirectoryPath, "sign");

    private string Current => Path.Combine(DirectoryPath, "current");

    /// <summary>Writes what is staged into a folder; what an older export left there is replaced.</summary>
    /// <exception cref="RepositoryException">Nothing is staged.</exception>
    public static SigningFolder Export(RepositoryContent content, string directory) => Export(content, directory, RepositoryDisk.Instance);

    internal static SigningFolder Export(RepositoryContent content, string directory, IRepositoryDisk disk)
    {
        ArgumentNullException.ThrowIfNull(content);
        // What is signed online waits for nobody here, and gets a new date when the people take long: on a stick it would only be out of date.
        var forPeople = content.Staged.Values.Where(s => !content.Settings.OnlineRoles.Contains(s.Role, StringComparer.Ordinal)).ToArray();
        if (forPeople.Length == 0)
        {
            throw new RepositoryException(RepositoryFailure.NotFound, role: null, content.Layout.Staged, "nothing waits for signatures", "Make a change first");
        }
        var folder = new SigningFolder(directory, disk);
        disk.CreateDirectory(folder.DirectoryPath);
        foreach (var sub in (string[])[folder.Sign, folder.Current])
        {
            folder._writer.MakeDirectory(sub, folder.DirectoryPath);
            foreach (var old in Directory.EnumerateFiles(sub, "*.json"))
            {
                folder._writer.Delete(old);
            }
        }
        var shown = forPeople.Select(s => s.Role).Append(RoleNames.Root).Append(RoleNames.Targets).Distinct(StringComparer.Ordinal);
        foreach (var published in shown.Select(content.Published).OfType<Envelope>())
        {
            folder._writer.Write(Path.Combine(folder.Current, RoleNames.FileName(published.Role)), published.Raw.Span);
        }
        foreach (var staged in forPeople)
        {
            folder._writer.Write(Path.Combine(folder.Sign, RoleNames.FileName(staged.Role)), staged.Raw.Span);
        }
        return folder;
    }

    /// <summary>Opens a folder that was exported.</summary>
    /// <exception cref="RepositoryException">It is none.</exception>
    public static SigningFolder Open(string directory)
    {
        var folder = new SigningFolder(directory, RepositoryDisk.Instance);
        return Directory.Exists(folder.Sign)
            ? folder
            : throw new RepositoryException(RepositoryFailure.NotFound, role: null, folder.DirectoryPath, "this is no folder from `edgefleet repo sign --export`: it has no folder sign", "Name the folder that was exported");
    }

    /// <summary>What is to be signed, with the signatures that it has.</summary>
    /// <exception cref="MetadataException">A file is damaged.</exception>
    public IReadOnlyList<Envelope> Read() => ReadAll(Sign);

    /// <summary>What there is to be signed with some keys, each with what it changes in words.</summary>
    /// <param name="keys">The signer's own.</param>
    /// <remarks>A change is told against what is said to be published only when one of these keys has signed that. Whoever changed the folder on its way could
    /// else hide a key or a target by writing it into both files; so otherwise all that the file says is told.</remarks>
    /// <exception cref="MetadataException">A file is damaged.</exception>
    public IReadOnlyList<(string Role, IReadOnlyList<string> Changes)> Describe(IReadOnlyCollection<PublicKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var files = Read();
        var current = ReadAll(Current);
        var authorities = Authorities(files, current);
        return [.. files.Where(f => authorities(f.Role).Any(a => keys.Any(k => a.RoleKeys.KeyIds.Contains(k.KeyId, StringComparer.Ordinal)))).Select(f => (f.Role, Describe(f)))];

        IReadOnlyList<string> Describe(Envelope file)
        {
            var published = current.FirstOrDefault(c => string.Equals(c.Role, file.Role, StringComparison.Ordinal));
            if (published is null || IsSignedBy(published, keys))
            {
                return RoleChange.Describe(published, file);
            }
            var all = RoleChange.Describe(null, file);
            return [all[0], "all that it says, because your keys have not signed the version before:", .. all.Skip(1)];
        }
    }

    /// <summary>Signs, with every key that may, each file in the folder.</summary>
    /// <returns>Role and key id of each signature that was made.</returns>
    /// <exception cref="KeyException">A key could not be used.</exception>
    public async Task<IReadOnlyList<(string Role, string KeyId)>> SignAsync(IReadOnlyList<ISigner> signers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signers);
        var files = Read();
        var current = ReadAll(Current);
        var authorities = Authorities(files, current);
        var made = new List<(string, string)>();
        foreach (var file in files)
        {
            var signed = await StagedSignatures.AddAsync(file, authorities(file.Role), signers, cancellationToken).ConfigureAwait(false);
            if (!ReferenceEquals(signed, file))
            {
                _writer.Write(Path.Combine(Sign, RoleNames.FileName(file.Role)), signed.Raw.Span);
                made.AddRange(signed.Signatures.Except(file.Signatures).Select(s => (file.Role, s.KeyId)));
            }
        }
        return made;
    }

    /// <summary>Who may sign a role, by what the folder has: root and targets, as they are and as they are to be.</summary>
    private static Func<string, IReadOnlyList<RoleAuthority>> Authorities(IReadOnlyList<Envelope> files, List<Envelope> current)
    {
        var all = files.Concat(current).ToArray();
        var roots = all.Where(e => e.Role is RoleNames.Root).Select(RootMetadata.Read).ToArray();
        var delegators = all.Where(e => e.Role is not RoleNames.Root).Select(TargetsMetadata.Read).ToArray();
        return role => RoleNames.IsTopLevel(role)
            ? [.. roots.Select(r => RoleAuthority.Of(r, role))]
            : [.. delegators.SelectMany(d => (d.Delegations?.Roles ?? []).Where(r => string.Equals(r.Name, role, StringComparison.Ordinal))
                .Select(r => new RoleAuthority(d.Envelope.Role, r.Keys, d.Delegations!.Keys)))];
    }

    private static bool IsSignedBy(Envelope file, IEnumerable<PublicKey> keys) => keys.Any(k =>
        file.Signatures.FirstOrDefault(s => string.Equals(s.KeyId, k.KeyId, StringComparison.Ordinal)) is { } signature && k.Verify(file.Canonical.Span, signature.Decode().Span));

    private static List<Envelope> ReadAll(string directory)
    {
        var all = new List<Envelope>();
        if (!Directory.Exists(directory))
        {
            return all;
        }
        foreach (var file in Directory.EnumerateFiles(directory, "*.json").Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            var role = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file));
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                throw new MetadataException(TrustFailure.TooLong, role, version: null, $"at most {MaxFileBytes} bytes", $"{new FileInfo(file).Length} in {file}");
            }
            all.Add(Envelope.Parse(role, File.ReadAllBytes(file)));
        }
        return all;
    }
}
