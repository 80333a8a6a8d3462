using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeRunner.Fleet.Tests.Repository;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Encryption;

/// <summary>Devices are enrolled and models encrypted for them by the commands, and what was published is opened with the keys of the devices.</summary>
[SupportedOSPlatform("linux")]
public sealed class EncryptedModelTests : IDisposable
{
    private const string Model = "shuttle-forest";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly KeyedRepository _fleet = new KeyedRepository().Init();
    private readonly DeviceKey _first = DeviceKey.Generate(DeviceKeyKind.Ec);
    private readonly DeviceKey _second = DeviceKey.Generate(DeviceKeyKind.Ec);

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _fleet.Dispose();
    }

    private string Repo => _fleet.Path;

    private string KeysDirectory => Repo + "-model-keys";

    [Theory]
    [InlineData("single")]
    [InlineData("chunked")]
    public async Task An_encrypted_model_is_published_as_ciphertext_that_its_group_alone_can_read(string mode)
    {
        Enroll("press-1", _first, "canary");
        Enroll("press-2", _second, "elsewhere");
        var bundle = _fleet.Pack("1.0.0");

        var done = Done(_fleet.Signed("model", "add", bundle, "--no-self-test", "--encrypt-for", "canary", "--mode", mode));

        var published = Published();
        var custom = published[$"models/{Model}/1.0.0.ermodel"].Custom!;
        var cipher = await File.ReadAllBytesAsync(FileOf("1.0.0.ermodel"));
        var index = ChunkIndex.Parse(await File.ReadAllBytesAsync(FileOf("1.0.0.chunks")));
        Assert.Contains("for 1 device of canary: press-1", done, StringComparison.Ordinal);
        Assert.Equal((1, 1, Model), (custom.Find("encrypted")!.Integer, custom.Find("release")!.Integer, custom.Find("name")!.Text));
        Assert.NotNull(custom.Find("needs"));
        Assert.Equal(-1, cipher.AsSpan().IndexOf("model.json"u8));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(cipher)), index.Sha256);
        Assert.All(Enumerable.Range(0, index.Count), i => Assert.True(index.IsChunk(i, cipher.AsSpan((int)index[i].Offset, index[i].Length))));
        Assert.Equal(await File.ReadAllBytesAsync(bundle), await OpenAsync("1.0.0", _first));
        Assert.Equal(SealFailure.NoRecipient, (await Assert.ThrowsAsync<SealException>(() => OpenAsync("1.0.0", _second))).Failure);
        Assert.True(_fleet.Ok("model", "show", Model, "1.0.0", "-r", Repo)[0].GetProperty("encrypted").GetBoolean());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Repo, "staged")));
        _fleet.Ok("repo", "verify", "-r", Repo);
    }

    [Fact]
    public void The_keys_of_models_are_for_their_owner_alone_and_not_in_the_repository()
    {
        Enroll("press-1", _first, "canary");
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test", "--encrypt-for", "canary");

        var file = Path.Combine(KeysDirectory, Model + ".json");
        var key = Convert.FromBase64String(JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("releases")[0].GetProperty("key").GetString()!);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(KeysDirectory));
        foreach (var published in Directory.EnumerateFiles(Repo, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(published);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(key));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToBase64String(key)[..40])));
        }

        File.SetUnixFileMode(file, OwnerOnly | UnixFileMode.GroupRead);
        Assert.Contains("others could read", Done(_fleet.Signed("model", "add", _fleet.Pack("1.1.0"), "--no-self-test", "--encrypt-for", "canary")), StringComparison.Ordinal);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
    }

    [Fact]
    public void Two_versions_in_mode_chunked_share_the_frames_of_what_did_not_change_and_in_mode_single_none()
    {
        Enroll("press-1", _first, "canary");
        foreach (var version in (string[])["1.0.0", "1.0.1"])
        {
            _fleet.Signed("model", "add", _fleet.Pack(version), "--no-self-test", "--encrypt-for", "canary", "--mode", "chunked");
            _fleet.Signed("model", "add", _fleet.Pack(version + "-single"), "--no-self-test", "--encrypt-for", "canary", "--mode", "single");
        }

        Assert.NotEmpty(Digests("1.0.0").Intersect(Digests("1.0.1")));
        Assert.Empty(Digests("1.0.0-single").Intersect(Digests("1.0.1-single")));
    }

    [Fact]
    public async Task A_device_that_is_enrolled_later_reads_a_version_after_rekey_and_the_model_is_not_moved_again()
    {
        Enroll("press-1", _first, "canary");
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test", "--encrypt-for", "canary");
        var before = (File.ReadAllBytes(FileOf("1.0.0.keys")), FileOf("1.0.0.ermodel"), FileOf("1.0.0.chunks"));

        var advice = Enroll("press-2", _second, "canary");
        var done = Done(_fleet.Signed("model", "rekey", Model, "1.0.0"));

        Assert.Contains($"edgefleet model rekey {Model} 1.0.0", advice, StringComparison.Ordinal);
        Assert.Contains("New: press-2", done, StringComparison.Ordinal);
        Assert.DoesNotContain("Not any more", done, StringComparison.Ordinal);
        Assert.Equal(await OpenAsync("1.0.0", _first), await OpenAsync("1.0.0", _second));
        Assert.Equal((before.Item2, before.Item3), (FileOf("1.0.0.ermodel"), FileOf("1.0.0.chunks")));
        Assert.NotEqual(before.Item1, File.ReadAllBytes(FileOf("1.0.0.keys")));

        var keys = FileOf("1.0.0.keys");
        Assert.Contains("already", Done(_fleet.Signed("model", "rekey", Model, "1.0.0")), StringComparison.Ordinal);
        Assert.Equal(keys, FileOf("1.0.0.keys"));
        _fleet.Ok("repo", "verify", "-r", Repo);
    }

    [Fact]
    public async Task A_removed_device_is_told_to_keep_what_it_has_and_reads_no_later_version()
    {
        Enroll("press-1", _first, "canary");
        Enroll("press-2", _second, "canary");
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test", "--encrypt-for", "canary", "--mode", "chunked");

        var removed = Advice(_fleet.Ok("device", "remove", "press-2", "-r", Repo));
        var rekeyed = Done(_fleet.Signed("model", "rekey", Model, "1.0.0"));
        var added = Done(_fleet.Signed("model", "add", _fleet.Pack("1.0.1"), "--no-self-test", "--encrypt-for", "canary", "--mode", "chunked"));

        Assert.Contains("press-2 keeps the models and keys that it has", removed, StringComparison.Ordinal);
        Assert.Contains($"edgefleet model rekey {Model} 1.0.0", removed, StringComparison.Ordinal);
        Assert.Contains("Not any more: key ", rekeyed, StringComparison.Ordinal);
        Assert.Contains("nothing takes back what it has", rekeyed, StringComparison.Ordinal);
        Assert.Contains("takes a new secret", added, StringComparison.Ordinal);
        Assert.Empty(Digests("1.0.0").Intersect(Digests("1.0.1")));
        await Assert.ThrowsAsync<SealException>(() => OpenAsync("1.0.0", _second));
        await Assert.ThrowsAsync<SealException>(() => OpenAsync("1.0.1", _second));
        Assert.NotEmpty(await OpenAsync("1.0.1", _first));
    }

    [Fact]
    public void The_secret_of_chunks_is_kept_or_given_up_as_the_manager_says()
    {
        Enroll("press-1", _first, "canary");
        Enroll("press-2", _second, "canary");
        string[] encrypt = ["--no-self-test", "--encrypt-for", "canary", "--mode", "chunked"];
        _fleet.Signed(["model", "add", _fleet.Pack("1.0.0"), .. encrypt]);
        _fleet.Ok("device", "remove", "press-2", "-r", Repo);

        var kept = Done(_fleet.Signed(["model", "add", _fleet.Pack("1.0.1"), .. encrypt, "--keep-secret"]));
        var rotated = Done(_fleet.Signed(["model", "add", _fleet.Pack("1.0.2"), .. encrypt, "--rotate"]));
        _fleet.Signed(["model", "add", _fleet.Pack("1.0.3"), .. encrypt]);
        var later = Done(_fleet.Signed("model", "rekey", Model, "1.0.3", "--rotate"));
        _fleet.Signed(["model", "add", _fleet.Pack("1.0.4"), .. encrypt]);

        Assert.Contains("Warning: device keys that this version is not for have the secret", kept, StringComparison.Ordinal);
        Assert.NotEmpty(Digests("1.0.0").Intersect(Digests("1.0.1")));
        Assert.Contains("A new secret", rotated, StringComparison.Ordinal);
        Assert.Empty(Digests("1.0.1").Intersect(Digests("1.0.2")));
        Assert.NotEmpty(Digests("1.0.2").Intersect(Digests("1.0.3")));
        Assert.Contains("takes a new secret", later, StringComparison.Ordinal);
        Assert.Empty(Digests("1.0.3").Intersect(Digests("1.0.4")));
    }

    [Fact]
    public async Task A_second_key_of_a_device_opens_what_was_encrypted_since()
    {
        Enroll("press-1", _first, "canary");
        Assert.Contains("2 keys now", Done(_fleet.Ok("device", "enroll", "press-1", PublicFile(_second), "-r", Repo)), StringComparison.Ordinal);
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test", "--encrypt-for", "canary");

        Assert.Equal(await OpenAsync("1.0.0", _first), await OpenAsync("1.0.0", _second));
        Assert.Contains("it has 1 left", Done(_fleet.Ok("device", "remove", "press-1", "--key", _first.PublicKey.Thumbprint[..12], "-r", Repo)), StringComparison.Ordinal);
        _fleet.Signed("model", "rekey", Model, "1.0.0");
        await Assert.ThrowsAsync<SealException>(() => OpenAsync("1.0.0", _first));
        Assert.NotEmpty(await OpenAsync("1.0.0", _second));
    }

    [Theory]
    [InlineData("single")]
    [InlineData("chunked")]
    public void What_root_encrypts_in_the_repository_of_a_depot_is_the_depots_and_keys_elsewhere_stay_roots(string mode)
    {
        const uint Depot = 65534;
        Assert.True(FileIdentity.CurrentUserId == 0, "only root can work in another user's repository: run this as root or with sudo");
        Directory.CreateDirectory(KeysDirectory);
        Chown($"{Depot}:{Depot}", "-R", Repo, KeysDirectory);
        Enroll("press-1", _first, "canary");
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test", "--encrypt-for", "canary", "--mode", mode);
        Enroll("press-2", _second, "canary");
        _fleet.Signed("model", "rekey", Model, "1.0.0");

        Assert.All([.. Directory.GetFiles(KeysDirectory), .. Directory.GetFileSystemEntries(Repo, "*", SearchOption.AllDirectories)], path => Assert.Equal((path, Depot), (path, FileIdentity.Read(path)!.Value.UserId)));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(KeysDirectory, Model + ".json")));
        _fleet.Ok("repo", "verify", "-r", Repo);

        Chown("1234:1234", KeysDirectory);
        _fleet.Signed("model", "add", _fleet.Pack("1.1.0"), "--no-self-test", "--encrypt-for", "canary", "--mode", mode);
        Assert.Equal(0u, FileIdentity.Read(Path.Combine(KeysDirectory, Model + ".json"))!.Value.UserId);
    }

    private static void Chown(params string[] words)
    {
        using var chown = Process.Start("chown", words);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    [Fact]
    public void Model_remove_takes_the_keys_away_too()
    {
        Enroll("press-1", _first, "canary");
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test", "--encrypt-for", "canary");

        _fleet.Signed("model", "remove", Model, "1.0.0");

        Assert.DoesNotContain(Published().Keys, path => path.StartsWith("models/", StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_is_refused_with_what_would_be_right()
    {
        Enroll("press-1", _first, "canary");
        var bundle = _fleet.Pack("1.0.0");
        _fleet.Signed("model", "add", bundle, "--no-self-test");
        _fleet.Signed("model", "add", _fleet.Pack("1.1.0"), "--no-self-test", "--encrypt-for", "canary");

        Refused("no enrolled device is in the group nowhere", "model", "add", _fleet.Pack("2.0.0"), "--no-self-test", "--encrypt-for", "nowhere");
        Refused("Groups are: canary", "model", "rekey", Model, "1.1.0", "--encrypt-for", "nowhere");
        Refused("is in the repository already", "model", "add", bundle, "--no-self-test", "--encrypt-for", "canary");
        Refused("is not encrypted", "model", "rekey", Model, "1.0.0");
        Refused("there is no model", "model", "rekey", Model, "9.0.0");
        Refused("--model-keys", "model", "rekey", Model, "1.1.0", "--model-keys", _fleet.File("none"));
        Refused("cannot be the name of a group", "model", "rekey", Model, "1.1.0", "--encrypt-for", "a/b");
        Refused("need --encrypt-for", "model", "add", _fleet.Pack("2.0.0"), "--mode", "chunked");
        Refused("say --mode chunked", "model", "add", _fleet.Pack("2.0.0"), "--encrypt-for", "canary", "--rotate");

        File.WriteAllText(Path.Combine(KeysDirectory, Model + ".json"), "{}");
        Refused("cannot be read", "model", "rekey", Model, "1.1.0");
    }

    private static string Done(JsonElement report) => string.Join('\n', report.GetProperty("done").EnumerateArray().Select(l => l.GetString()));

    private static string Advice(JsonElement report) => string.Join('\n', report.GetProperty("advice").EnumerateArray().Select(l => l.GetString()));

    private string Enroll(string name, DeviceKey key, string group) => Advice(_fleet.Ok("device", "enroll", name, PublicFile(key), "--group", group, "-r", Repo));

    private string PublicFile(DeviceKey key)
    {
        var file = _fleet.File(key.PublicKey.Thumbprint + ".pub");
        File.WriteAllText(file, key.PublicKey.ToPem());
        return file;
    }

    private IReadOnlyDictionary<string, TargetFile> Published() => RepositoryContent.Read(new RepositoryLayout(Repo)).Roles["models/main"].Targets;

    private string FileOf(string name)
    {
        var path = $"models/{Model}/{name}";
        return new RepositoryLayout(Repo).TargetFile(path, Published()[path].Digests);
    }

    private HashSet<string> Digests(string version)
    {
        var index = ChunkIndex.Parse(File.ReadAllBytes(FileOf(version + ".chunks")));
        return [.. Enumerable.Range(0, index.Count).Select(i => Convert.ToHexString(index.Digest(i)))];
    }

    private async Task<byte[]> OpenAsync(string version, DeviceKey device)
    {
        using var key = KeyEnvelope.Parse(await File.ReadAllBytesAsync(FileOf(version + ".keys"))).Open([device]);
        using var cipher = new MemoryStream(await File.ReadAllBytesAsync(FileOf(version + ".ermodel")));
        using var plain = new MemoryStream();
        await (key.Mode == SealMode.Single
            ? SegmentedCipher.Default.DecryptAsync(cipher, plain, key.Key, key.AssociatedData, CancellationToken.None)
            : new ChunkedCipher(key.Model).DecryptAsync(cipher, plain, key.Key, CancellationToken.None));
        Assert.Equal((plain.Length, Model), (key.PlainLength, key.Model));
        Assert.Equal(key.PlainSha256, Convert.ToHexStringLower(SHA256.HashData(plain.ToArray())));
        return plain.ToArray();
    }

    private void Refused(string reason, params string[] args) => _fleet.Refused(reason, [.. args, .. _fleet.Signing]);
}
