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

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _time = new();
    private string _errors = "";

    public ModelIndexTests()
    {
        File.WriteAllText(_directory.File("passphrase"), "correct horse battery\n");
        Ok("repo", "init", Repo, "--generate-keys", _directory.File("keys"), "--type", "ed25519", "--passphrase-file", _directory.File("passphrase"), "-y");
    }

    public void Dispose() => _directory.Dispose();

    private string Repo => _directory.File("repo");

    [Fact]
    public void Add_lists_the_index_and_the_needs_beside_the_bundle_in_the_same_role()
    {
        var bundle = Pack("1.0.0");
        Signed("model", "add", bundle, "--no-self-test");

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

        var shown = Assert.Single(Ok("model", "show", "shuttle-forest", "-r", Repo).EnumerateArray());
        Assert.Equal(index.Count, shown.GetProperty("chunks").GetInt32());
        Assert.Equal(needs.Find("opset")!.Integer, shown.GetProperty("needs").GetProperty("opset").GetInt64());
        Assert.Contains($"chunks       {index.Count}\n", Text("model", "show", "shuttle-forest", "-r", Repo), StringComparison.Ordinal);
        Assert.Contains(index.Count == 1 ? "1 chunk " : $"{index.Count} chunks ", Text("model", "list", "-r", Repo), StringComparison.Ordinal);
        Ok("repo", "verify", "-r", Repo);
    }

    [Fact]
    public void Remove_takes_the_index_away_with_the_bundle_and_leaves_other_versions()
    {
        Signed("model", "add", Pack("1.0.0"), "--no-self-test");
        Signed("model", "add", Pack("1.0.0-rc.1"), "--no-self-test");
        Signed("model", "remove", "shuttle-forest", "1.0.0");
        Assert.Equal(["models/shuttle-forest/1.0.0-rc.1.chunks", "models/shuttle-forest/1.0.0-rc.1.ermodel"], Published().Keys.Order(StringComparer.Ordinal));
        Assert.Equal("1.0.0-rc.1", Assert.Single(Ok("model", "list", "-r", Repo).EnumerateArray()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task Model_of_an_older_edgefleet_is_shown_without_index_and_gets_one()
    {
        var bundle = Pack("1.0.0");
        await AddAsOlderVersionsDidAsync(bundle);
        Assert.Contains("none: devices cannot fetch it; `edgefleet model index shuttle-forest 1.0.0` adds the index", Text("model", "show", "shuttle-forest", "-r", Repo), StringComparison.Ordinal);
        Assert.Contains("no index", Text("model", "list", "-r", Repo), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, Ok("model", "show", "shuttle-forest", "-r", Repo)[0].GetProperty("chunks").ValueKind);
        Assert.Equal(ExitCode.Failed, Run("model", "add", bundle, "--no-self-test", "-r", Repo).Code);
        Assert.Contains("`edgefleet model index shuttle-forest 1.0.0` adds one", _errors, StringComparison.Ordinal);

        Signed("model", "index", "shuttle-forest");

        var published = Published();
        Assert.Equal(ChunkIndex.Parse(File.ReadAllBytes(FileOf(Index, published))).Sha256, published[Target].Digests.Preferred);
        Assert.Equal(7, published[Target].Custom!.Find("release")!.Integer);
        Assert.NotNull(published[Target].Custom!.Find("needs"));
        Assert.Equal("published", Ok("model", "show", "shuttle-forest", "-r", Repo)[0].GetProperty("state").GetString());
        Assert.Contains("has its index already", Ok("model", "index", "shuttle-forest", "1.0.0", "-r", Repo).GetProperty("done")[0].GetString(), StringComparison.Ordinal);
        Ok("repo", "verify", "-r", Repo);
    }

    [Fact]
    public async Task Index_that_waits_for_signatures_is_a_staged_change_of_the_model()
    {
        await AddAsOlderVersionsDidAsync(Pack("1.0.0"));
        Ok("model", "index", "shuttle-forest", "1.0.0", "-r", Repo);
        Assert.Equal("staged", Ok("model", "show", "shuttle-forest", "-r", Repo)[0].GetProperty("state").GetString());
        Assert.DoesNotContain(Index, Published().Keys);
    }

    [Fact]
    public async Task Index_of_a_file_that_is_damaged_or_gone_is_refused_and_nothing_is_staged()
    {
        await AddAsOlderVersionsDidAsync(Pack("1.0.0"));
        var file = FileOf(Target, Published());
        var bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(ExitCode.Failed, Run("model", "index", "shuttle-forest", "1.0.0", "-r", Repo).Code);
        Assert.Contains("is what was checked or signed", _errors, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Equal(ExitCode.Failed, Run("model", "index", "shuttle-forest", "1.0.0", "-r", Repo).Code);
        Assert.Contains("its file is not there", _errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, Run("model", "index", "shuttle-wood", "-r", Repo).Code);
        Assert.Contains("Models are: shuttle-forest", _errors, StringComparison.Ordinal);
        Assert.Empty(Ok("repo", "status", "-r", Repo).GetProperty("waiting").EnumerateArray());
    }

    [Fact]
    public void Release_that_is_another_file_is_indexed_where_its_maker_cut_it_with_what_belongs_beside_it()
    {
        using var bundle = ModelBundle.Open(Pack("1.0.0"));
        var cipher = RandomNumberGenerator.GetBytes(200_000);
        File.WriteAllBytes(_directory.File("sealed"), cipher);
        var content = new ReleaseContent(_directory.File("sealed"), Convert.ToHexStringLower(SHA256.HashData(cipher)))
        {
            ChunkLengths = [ChunkIndex.MaxChunkBytes, 8_928, 60_000],
            Custom = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["encrypted"] = JsonTree.Of(1), ["release"] = JsonTree.Of(99) },
            Companions = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { [".keys"] = "jwe"u8.ToArray() },
        };
        using (var repository = TufRepository.Open(Repo, _time))
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
        using var bundle = ModelBundle.Open(Pack("1.0.0"));
        using var repository = TufRepository.Open(Repo, _time);
        Assert.Contains("what was checked", Assert.Throws<RepositoryException>(() =>
            ModelCatalog.Add(repository, bundle.Manifest, new ReleaseContent(bundle.Path, new string('0', 64)), role: null, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Empty(repository.Content.Staged);
    }

    private static IEnumerable<int> Lengths(ChunkIndex index) => Enumerable.Range(0, index.Count).Select(i => index[i].Length);

    private async Task AddAsOlderVersionsDidAsync(string bundle)
    {
        using var repository = TufRepository.Open(Repo, _time);
        repository.AddTarget(role: null, Target, bundle, JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["release"] = JsonTree.Of(7) }), expectedSha256: null);
        using var key = KeyFile.ReadPrivate(Path.Combine(_directory.File("keys"), "main-1.pem"), () => "correct horse battery");
        await repository.SignAsync([key], ["models/main"], CancellationToken.None);
        await repository.PublishAsync(CancellationToken.None);
    }

    private IReadOnlyDictionary<string, TargetFile> Published() => RepositoryContent.Read(new RepositoryLayout(Repo)).Roles["models/main"].Targets;

    private string FileOf(string path, IReadOnlyDictionary<string, TargetFile> targets) => new RepositoryLayout(Repo).TargetFile(path, targets[path].Digests);

    private string Pack(string version)
    {
        var source = Directory.CreateDirectory(_directory.File("model-" + version)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest")))
        {
            File.Copy(file, Path.Combine(source, Path.GetFileName(file)));
        }
        var manifest = Path.Combine(source, "model.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"version\": \"1.0.0\"", $"\"version\": \"{version}\"", StringComparison.Ordinal));
        var bundle = _directory.File(version + ".ermodel");
        BundlePacker.Pack(new PackRequest(source, bundle, new Dictionary<string, string>(StringComparer.Ordinal)), _ => { });
        return bundle;
    }

    private (int Code, string Output) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = FleetCommand.Run(args, _time, output, error, new NobodyThere(), keyIterations: 1_000);
        _errors = error.ToString();
        return (code, output.ToString());
    }

    private string Text(params string[] args)
    {
        var (code, output) = Run(args);
        Assert.True(code == ExitCode.Ok, _errors);
        return output;
    }

    private JsonElement Ok(params string[] args) => JsonDocument.Parse(Text([.. args, "--json"])).RootElement;

    private void Signed(params string[] args) => Ok([.. args, "-r", Repo, "-k", Path.Combine(_directory.File("keys"), "main-1.pem"), "--passphrase-file", _directory.File("passphrase"), "-y"]);

    private sealed class NobodyThere : ITerminal
    {
        public bool IsInteractive => false;

        public string Ask(string question) => throw new InvalidOperationException("nobody is there");

        public string AskSecret(string question) => throw new InvalidOperationException("nobody is there");
    }
}
