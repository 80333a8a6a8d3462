using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Repository;

public sealed class SigningFolderTests : IDisposable
{
    private readonly WrittenRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task What_the_signer_reads_is_what_the_bytes_say()
    {
        await _repository.InitAsync();
        using var open = _repository.Open();
        open.AddTarget(role: null, "models/a/1.ermodel", _repository.Content("abc"), JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["release"] = JsonTree.Of(7) }), expectedSha256: null);
        open.ReplaceKeys(RoleNames.Root, WrittenRepository.Role([_repository.Root[0], _repository.Root[1]], 1));
        var folder = SigningFolder.Export(open.Content, _repository.File("usb"));

        var words = folder.Describe([_repository.Root[0].PublicKey, _repository.TeamKeys[0].PublicKey]).ToDictionary(c => c.Role, c => c.Changes, StringComparer.Ordinal);

        Assert.Equal(["models/main version 1 -> 2, expires 2026-06-30T00:00:00Z",
            "+ models/a/1.ermodel: 3 bytes, sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, {\"release\":7}"], words["models/main"]);
        Assert.Equal(["root version 1 -> 2, expires 2027-01-01T00:00:00Z", $"- key {_repository.Root[2].PublicKey.KeyId[..8]} may not sign root any more",
            "! root needs 2 of 3 -> 1 of 2 keys"], words["root"]);
    }

    [Fact]
    public async Task Of_a_target_that_stays_the_signer_reads_what_differs_and_nothing_else()
    {
        await _repository.InitAsync();
        using var open = _repository.Open();
        var custom = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["release"] = JsonTree.Of(7), ["min_release"] = JsonTree.Of(2), ["note"] = JsonTree.Of("long") });
        open.AddTarget(role: null, "models/a/1.ermodel", _repository.Content("abc"), custom, expectedSha256: null);
        var before = open.Content.NewestTargets("models/main")!.Envelope;
        open.SetCustom("models/main", new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["models/a/1.ermodel"] = custom.With("min_release", JsonTree.Of(3)).With("note", null).With("x", JsonTree.Of(true)),
        });

        var lines = RoleChange.Describe(before, open.Content.NewestTargets("models/main")!.Envelope);

        Assert.Equal("! models/a/1.ermodel: min_release 2 -> 3; note \"long\" -> nothing; x nothing -> true", lines[1]);
    }

    [Fact]
    public async Task A_stick_that_lies_about_what_is_published_hides_nothing()
    {
        await _repository.InitAsync();
        var thief = WrittenRepository.Keys(1)[0];
        using var open = _repository.Open();
        open.ReplaceKeys(RoleNames.Root, WrittenRepository.Role([.. _repository.Root, thief], 2));
        var folder = SigningFolder.Export(open.Content, _repository.File("usb"));
        var staged = Assert.Single(folder.Read());
        var lie = await Envelope.SignAsync(RoleNames.Root, staged.Signed.With("version", JsonTree.Of(1)), [thief], CancellationToken.None);
        await File.WriteAllBytesAsync(Path.Combine(folder.DirectoryPath, "current", "root.json"), lie.Raw);

        var (role, changes) = Assert.Single(folder.Describe([_repository.Root[0].PublicKey]));

        Assert.Equal(RoleNames.Root, role);
        Assert.Contains($"+ key {thief.PublicKey.KeyId[..8]} (ed25519) may sign root", changes);
        Assert.Contains("all that it says", changes[1], StringComparison.Ordinal);
        Assert.Empty(folder.Describe([_repository.TeamKeys[0].PublicKey]));
    }

    [Fact]
    public async Task A_bit_that_flips_on_the_way_is_noticed_or_changes_nothing()
    {
        await _repository.InitAsync();
        using (var open = _repository.Open())
        {
            open.Renew(WrittenRepository.Team);
            SigningFolder.Export(open.Content, _repository.File("usb"));
        }
        await SigningFolder.Open(_repository.File("usb")).SignAsync(_repository.TeamKeys, CancellationToken.None);
        var file = Path.Combine(_repository.File("usb"), "sign", RoleNames.FileName(WrittenRepository.Team));
        var good = await File.ReadAllBytesAsync(file);

        for (var bit = 0; bit < good.Length * 8; bit += 7)
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            using var open = _repository.Open();
            try
            {
                open.Import(Envelope.Parse(WrittenRepository.Team, bad));
            }
            catch (Exception e) when (e is RepositoryException or MetadataException)
            {
                Assert.Empty(open.Content.Staged[WrittenRepository.Team].Signatures);
                continue;
            }
            Assert.All(open.Waiting(), w => Assert.All(w.Requirements, r => Assert.Equal(0, r.Missing))); // white space, or a letter of the hex digits
            open.Drop(WrittenRepository.Team);
            open.Renew(WrittenRepository.Team);
        }
    }

    [Fact]
    public async Task A_change_after_the_export_makes_the_signatures_worthless()
    {
        await _repository.InitAsync();
        using var open = _repository.Open();
        open.Renew(WrittenRepository.Team);
        var folder = SigningFolder.Export(open.Content, _repository.File("usb"));
        await folder.SignAsync(_repository.TeamKeys, CancellationToken.None);
        open.AddTarget(role: null, "models/a/1", _repository.Content("a"), custom: null, expectedSha256: null);

        var error = Assert.Throws<RepositoryException>(() => open.Import(folder.Read()[0]));

        Assert.Equal(RepositoryFailure.NotWhatIsStaged, error.Failure);
    }

    [Fact]
    public void No_name_can_hide_a_line_from_the_signer()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>().Filter(s => IsText(s.Get)), text =>
        {
            var file = new TargetFile(1, FileDigests.Of("x"u8));
            var header = new MetadataHeader(MetadataHeader.WrittenSpecVersion, 1, DateTimeOffset.UnixEpoch);
            var envelope = Envelope.Build("team", MetadataWriter.Targets(header, new Dictionary<string, TargetFile>(StringComparer.Ordinal) { [text.Get] = file, ["other"] = file }), []);
            var lines = RoleChange.Describe(old: null, envelope);
            return lines.Count == (text.Get == "other" ? 2 : 3) && lines.All(l => !l.Any(char.IsControl));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{}", "onlineKeys")]
    [InlineData("{\"format\":2,\"onlineKeys\":\"x\",\"onlineRoles\":[],\"lifetimeDays\":{}}", "format is 2")]
    [InlineData("{\"format\":1,\"onlineKeys\":\"x\",\"onlineRoles\":[],\"lifetimeDays\":{\"root\":0}}", "lifetimeDays.root is 0")]
    [InlineData("{\"format\":1,\"onlineKeys\":\"x\",\"onlineRoles\":[],\"lifetimeDays\":{},\"more\":1}", "more")]
    public void Settings_that_cannot_be_are_named(string text, string reason)
    {
        Directory.CreateDirectory(_repository.Path);
        File.WriteAllText(_repository.Layout.SettingsFile, text);
        var error = Assert.Throws<RepositoryException>(_repository.Open);
        Assert.Equal(RepositoryFailure.Damaged, error.Failure);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_file_that_is_damaged_or_missing_is_found_by_verify()
    {
        await _repository.InitAsync();
        await _repository.AddModelAsync("a/1.ermodel", "content");
        foreach (var file in Directory.EnumerateFiles(_repository.Layout.Metadata).Concat(Directory.EnumerateFiles(_repository.Layout.Targets, "*", SearchOption.AllDirectories)).ToArray())
        {
            if (Path.GetFileName(file) is "1.snapshot.json" or "1.models%2Fmain.json")
            {
                continue; // nobody reads those any more
            }
            var good = await File.ReadAllBytesAsync(file);
            var bad = good.ToArray();
            bad[bad.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, bad);
            Assert.False((await _repository.VerifyAsync()).IsValid, file);
            File.Delete(file);
            Assert.False((await _repository.VerifyAsync()).IsValid, file);
            await File.WriteAllBytesAsync(file, good);
        }
        await _repository.AssertValidAsync();
    }

    private static bool IsText(string text)
    {
        try
        {
            _ = new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text);
            return true;
        }
        catch (System.Text.EncoderFallbackException)
        {
            return false;
        }
    }
}
