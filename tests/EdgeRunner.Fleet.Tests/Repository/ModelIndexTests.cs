using System.Security.Cryptography;
using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary>What <c>model add</c>, <c>index</c> and <c>remove</c> say of a model, read back from the signed metadata.</summary>
public sealed class ModelIndexTests : IDisposable
{
    private const string Target = "models/shuttle-forest/1.0.0.ermodel";
    private const string Index = "models/shuttle-forest/1.0.0.chunks";

    private readonly KeyedRepository _fleet = new KeyedRepository().Init();

    public void Dispose() => _fleet.Dispose();

    private string Repo => _fleet.Path;

    [Fact]
    public void Add_lists_the_index_and_the_needs_beside_the_bundle_in_the_same_role()
    {
        var bundle = _fleet.Pack("1.0.0");
        _fleet.Signed("model", "add", bundle, "--no-self-test");

        var published = Published();
        var index = ChunkIndex.Parse(File.ReadAllBytes(FileOf(Index, published)));
        var bytes = File.ReadAllBytes(bundle);
        Assert.Equal(Target, index.Target);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), index.Sha256);
        Assert.All(Enumerable.Range(0, index.Count), i => Assert.True(index.IsChunk(i, bytes.AsSpan((int)index[i].Offset, index[i].Length))));
        Assert.Equal(index.Count, published[Index].Custom!.Find("chunks")!.Integer);

        using var opened = ModelBundle.Open(bundle);
        var needs = published[Target].Custom!.Find("needs")!;
        Assert.Equal(opened.Manifest.Opsets["ai.onnx"], needs.Find("opset")!.Integer);
        Assert.Equal(opened.Manifest.Limits.MemoryBytes, needs.Find("memory_bytes")?.Integer);
        Assert.Equal(opened.Manifest.Hardware.Providers, needs.Find("providers")!.Items.Select(i => i.Text));

        var shown = Assert.Single(_fleet.Ok("model", "show", "shuttle-forest", "-r", Repo).EnumerateArray());
        Assert.Equal(index.Count, shown.GetProperty("chunks").GetInt32());
        Assert.Equal(needs.Find("opset")!.Integer, shown.GetProperty("needs").GetProperty("opset").GetInt64());
        Assert.Contains($"chunks       {index.Count}\n", _fleet.Text("model", "show", "shuttle-forest", "-r", Repo), StringComparison.Ordinal);
        Assert.Contains(index.Count == 1 ? "1 chunk " : $"{index.Count} chunks ", _fleet.Text("model", "list", "-r", Repo), StringComparison.Ordinal);
        _fleet.Ok("repo", "verify", "-r", Repo);
    }

    [Fact]
    public void Remove_takes_the_index_away_with_the_bundle_and_leaves_other_versions()
    {
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test");
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0-rc.1"), "--no-self-test");
        _fleet.Signed("model", "remove", "shuttle-forest", "1.0.0");
        Assert.Equal(["models/shuttle-forest/1.0.0-rc.1.chunks", "models/shuttle-forest/1.0.0-rc.1.ermodel"], Published().Keys.Order(StringComparer.Ordinal));
        Assert.Equal("1.0.0-rc.1", Assert.Single(_fleet.Ok("model", "list", "-r", Repo).EnumerateArray()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task Model_of_an_older_edgefleet_is_shown_without_index_and_gets_one()
    {
        var bundle = _fleet.Pack("1.0.0");
        await AddAsOlderVersionsDidAsync(bundle);
        Assert.Contains("none: devices cannot fetch it; `edgefleet model index shuttle-forest 1.0.0` adds the index", _fleet.Text("model", "show", "shuttle-forest", "-r", Repo), StringComparison.Ordinal);
        Assert.Contains("no index", _fleet.Text("model", "list", "-r", Repo), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, _fleet.Ok("model", "show", "shuttle-forest", "-r", Repo)[0].GetProperty("chunks").ValueKind);
        Assert.Equal(ExitCode.Failed, _fleet.Run("model", "add", bundle, "--no-self-test", "-r", Repo).Code);
        Assert.Contains("`edgefleet model index shuttle-forest 1.0.0` adds one", _fleet.Errors, StringComparison.Ordinal);

        _fleet.Signed("model", "index", "shuttle-forest");

        var published = Published();
        Assert.Equal(ChunkIndex.Parse(File.ReadAllBytes(FileOf(Index, published))).Sha256, published[Target].Digests.Preferred);
        Assert.Equal(7, published[Target].Custom!.Find("release")!.Integer);
        Assert.NotNull(published[Target].Custom!.Find("needs"));
        Assert.Equal("published", _fleet.Ok("model", "show", "shuttle-forest", "-r", Repo)[0].GetProperty("state").GetString());
        Assert.Contains("has its index already", _fleet.Ok("model", "index", "shuttle-forest", "1.0.0", "-r", Repo).GetProperty("done")[0].GetString(), StringComparison.Ordinal);
        _fleet.Ok("repo", "verify", "-r", Repo);
    }

    [Fact]
    public async Task Index_that_waits_for_signatures_is_a_staged_change_of_the_model()
    {
        await AddAsOlderVersionsDidAsync(_fleet.Pack("1.0.0"));
        _fleet.Ok("model", "index", "shuttle-forest", "1.0.0", "-r", Repo);
        Assert.Equal("staged", _fleet.Ok("model", "show", "shuttle-forest", "-r", Repo)[0].GetProperty("state").GetString());
        Assert.DoesNotContain(Index, Published().Keys);
    }

    [Fact]
    public async Task Index_of_a_file_that_is_damaged_or_gone_is_refused_and_nothing_is_staged()
    {
        await AddAsOlderVersionsDidAsync(_fleet.Pack("1.0.0"));
        var file = FileOf(Target, Published());
        var bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(ExitCode.Failed, _fleet.Run("model", "index", "shuttle-forest", "1.0.0", "-r", Repo).Code);
        Assert.Contains("is what was checked or signed", _fleet.Errors, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Equal(ExitCode.Failed, _fleet.Run("model", "index", "shuttle-forest", "1.0.0", "-r", Repo).Code);
        Assert.Contains("its file is not there", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, _fleet.Run("model", "index", "shuttle-wood", "-r", Repo).Code);
        Assert.Contains("Models are: shuttle-forest", _fleet.Errors, StringComparison.Ordinal);
        Assert.Empty(_fleet.Ok("repo", "status", "-r", Repo).GetProperty("waiting").EnumerateArray());
    }

    [Fact]
    public void Release_that_is_another_file_is_indexed_where_its_maker_cut_it_with_what_belongs_beside_it()
    {
        using var bundle = ModelBundle.Open(_fleet.Pack("1.0.0"));
        var cipher = RandomNumberGenerator.GetBytes(200_000);
        File.WriteAllBytes(_fleet.File("sealed"), cipher);
        var content = new ReleaseContent(_fleet.File("sealed"), Convert.ToHexStringLower(SHA256.HashData(cipher)))
        {
            ChunkLengths = [ChunkIndex.MaxChunkBytes, 8_928, 60_000],
            Custom = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["encrypted"] = JsonTree.Of(1), ["release"] = JsonTree.Of(99) },
            Companions = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { [".keys"] = "jwe"u8.ToArray() },
        };
        using (var repository = TufRepository.Open(Repo, _fleet.Time))
        {
            ModelCatalog.Add(repository, bundle.Manifest, content, role: null, CancellationToken.None);
            var staged = repository.Content.NewestTargets("models/main")!.Targets;
            Assert.Equal([Index, Target, "models/shuttle-forest/1.0.0.keys"], staged.Keys.Order(StringComparer.Ordinal));
            Assert.Equal("jwe", File.ReadAllText(FileOf("models/shuttle-forest/1.0.0.keys", staged)));
            Assert.Equal([ChunkIndex.MaxChunkBytes, 8_928, 60_000], Lengths(ChunkIndex.Parse(File.ReadAllBytes(FileOf(Index, staged)))));
            Assert.Equal(1, staged[Target].Custom!.Find("encrypted")!.Integer);
            Assert.Equal(1, staged[Target].Custom!.Find("release")!.Integer); // nobody else gives out numbers
            Assert.Equal(200_000, staged[Target].Length);

            Assert.Contains("1.0.0.keys", ModelCatalog.Remove(repository, "shuttle-forest", "1.0.0"), StringComparison.Ordinal);
            Assert.Empty(repository.Content.NewestTargets("models/main")!.Targets);
        }
    }

    [Fact]
    public void File_that_is_not_what_was_checked_stages_nothing()
    {
        using var bundle = ModelBundle.Open(_fleet.Pack("1.0.0"));
        using var repository = TufRepository.Open(Repo, _fleet.Time);
        Assert.Contains("what was checked", Assert.Throws<RepositoryException>(() =>
            ModelCatalog.Add(repository, bundle.Manifest, new ReleaseContent(bundle.Path, new string('0', 64)), role: null, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Empty(repository.Content.Staged);
    }

    private static IEnumerable<int> Lengths(ChunkIndex index) => Enumerable.Range(0, index.Count).Select(i => index[i].Length);

    private async Task AddAsOlderVersionsDidAsync(string bundle)
    {
        using var repository = TufRepository.Open(Repo, _fleet.Time);
        repository.AddTarget(role: null, Target, bundle, JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["release"] = JsonTree.Of(7) }), expectedSha256: null);
        using var key = KeyFile.ReadPrivate(_fleet.Key("main-1"), () => KeyedRepository.Passphrase);
        await repository.SignAsync([key], ["models/main"], CancellationToken.None);
        await repository.PublishAsync(CancellationToken.None);
    }

    private IReadOnlyDictionary<string, TargetFile> Published() => RepositoryContent.Read(new RepositoryLayout(Repo)).Roles["models/main"].Targets;

    private string FileOf(string path, IReadOnlyDictionary<string, TargetFile> targets) => new RepositoryLayout(Repo).TargetFile(path, targets[path].Digests);
}
