using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>Attacks by whoever serves the files or holds some keys, on each role in turn.</summary>
public sealed class HostileFileTests : IDisposable
{
    private const string Delegated = "models/vision";
    private const string Target = "models/vision/1.ermodel";

    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public HostileFileTests()
    {
        _repository.Delegate(RoleNames.Targets, new SimulatedDelegation(Delegated, ["models/vision/*"]));
        _repository.AddTarget(Delegated, Target, [1, 2, 3]);
        _repository.PublishAll();
        _device = new SimulatedDevice(_repository);
    }

    public static TheoryData<string, string> EveryHostileFileForEachRole()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in AttackTests.HostileFiles)
        {
            foreach (var role in (string[])[RoleNames.Root, RoleNames.Snapshot, RoleNames.Targets, Delegated])
            {
                data.Add(role, (string)file[0]);
            }
        }
        return data;
    }

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(EveryHostileFileForEachRole))]
    public async Task A_file_made_to_harm_the_reader_is_refused_for_each_role_and_the_device_recovers(string role, string what)
    {
        var version = role == RoleNames.Root ? 2 : _repository.Roles[role].Version;
        var name = RoleNames.FileName(role, version);
        var good = _repository.Files[name];
        _repository.Files[name] = (byte[])AttackTests.HostileFiles.First(f => (string)f[0] == what)[1];

        var error = await Assert.ThrowsAsync<MetadataException>(() => _device.FindAsync(Target));

        Assert.Equal((TrustFailure.Malformed, role), (error.Failure, error.Role));
        Assert.True(error.Message.Length < 500 && !error.Message.Contains('\n', StringComparison.Ordinal), error.Message);
        Assert.NotEqual(version, _device.Stored(role));
        _repository.Files[name] = good;
        Assert.Equal(Delegated, (await _device.FindAsync(Target)).Role);
    }

    [Theory]
    [InlineData(RoleNames.Timestamp)]
    [InlineData(RoleNames.Snapshot)]
    [InlineData(RoleNames.Targets)]
    [InlineData(Delegated)]
    public async Task Stolen_keys_of_any_role_are_worth_nothing_below_the_threshold_and_nothing_again_once_rotated(string name)
    {
        var role = _repository.Roles[name];
        role.Keys.AddRange([TestKeys.Next(), TestKeys.Next()]);
        role.Threshold = 2;
        _repository.PublishAll();
        await _device.FindAsync(Target);
        KeyPair[] stolen = [.. role.Keys.Take(2)];

        role.Signers = [stolen[0]];
        Publish(name);
        await RefusesAsync(name);
        role.Signers = [.. stolen];
        Publish(name);
        await _device.FindAsync(Target); // two of three are the role

        role.Keys[0] = TestKeys.Next();
        role.Keys[1] = TestKeys.Next();
        if (name == Delegated)
        {
            _repository.PublishTargets();
        }
        else
        {
            _repository.PublishRoot();
        }
        Publish(name);
        await RefusesAsync(name);
        role.Signers = null;
        Publish(name);

        Assert.Equal(Delegated, (await _device.FindAsync(Target)).Role);
        Assert.Equal(role.Version, _device.Stored(name));
    }

    [Fact]
    public async Task Stolen_root_keys_below_the_threshold_cannot_make_a_root()
    {
        _repository.Root.Keys.AddRange([TestKeys.Next(), TestKeys.Next()]);
        _repository.Root.Threshold = 2;
        _repository.PublishRoot();
        await _device.FindAsync(Target);
        var own = TestKeys.Next();
        var stolen = _repository.Root.Keys[0];
        _repository.Root.Keys.Clear();
        _repository.Root.Keys.AddRange([stolen, own]);
        _repository.PublishRoot();

        var error = await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Root);

        Assert.Contains("root v3", error.Message, StringComparison.Ordinal); // by the keys of the old one, of which there is one signature
        Assert.Equal(3, _device.Stored(RoleNames.Root));
    }

    public static TheoryData<string, Func<JsonTree, JsonTree>> OneKeyWrittenAnotherWay => new()
    {
        { "a field more", k => k.With("x-twin", JsonTree.True) },
        { "the other name of its type", k => k.With("keytype", JsonTree.Of(k.Find("keytype")!.Text == "ecdsa" ? "ecdsa-sha2-nistp256" : k.Find("keytype")!.Text)).With("x", JsonTree.Null) },
        { "a line break at its end", k => WithValue(k, v => v + "\n") },
        { "line breaks of Windows", k => WithValue(k, v => v.Replace("\n", "\r\n", StringComparison.Ordinal)) },
        { "all of it on one line", k => WithValue(k, v => v.Replace("-----\n", "-----", StringComparison.Ordinal).Replace("\n-----", "-----", StringComparison.Ordinal)) },
        { "capital hex digits", k => WithValue(k, v => v.StartsWith('-') ? v : v.ToUpperInvariant()) },
        { "a value beside it", k => k.With("keyval", k.Find("keyval")!.With("private", JsonTree.Of(""))) },
    };

    [Theory]
    [MemberData(nameof(OneKeyWrittenAnotherWay))]
    public async Task However_it_is_written_one_key_counts_once(string what, Func<JsonTree, JsonTree> rewrite)
    {
        Assert.NotEmpty(what);
        foreach (var kind in Enum.GetValues<Native.LibCrypto.CryptoKeyKind>().Where(k => k is not Native.LibCrypto.CryptoKeyKind.RsaPss))
        {
            using var key = KeyPair.Generate(kind);
            var twin = rewrite(key.PublicKey.Source);
            _repository.Timestamp.Keys[0] = key;
            _repository.PublishTimestamp();
            _repository.PublishRoot(root =>
            {
                var role = root.Find("roles")!.Find("timestamp")!
                    .With("keyids", JsonTree.OfTexts(((string[])[key.PublicKey.KeyId, PublicKey.IdOf(twin)]).Distinct(StringComparer.Ordinal))).With("threshold", JsonTree.Of(2));
                return root.With("keys", root.Find("keys")!.With(PublicKey.IdOf(twin), twin)).With("roles", root.Find("roles")!.With("timestamp", role));
            });
            var timestamp = Envelope.Parse(RoleNames.Timestamp, _repository.Files["timestamp.json"]);
            _repository.Files["timestamp.json"] = Envelope.Build(RoleNames.Timestamp, timestamp.Signed, [.. ((MetadataSignature[])
                [timestamp.Signatures[0], timestamp.Signatures[0] with { KeyId = PublicKey.IdOf(twin) }]).DistinctBy(s => s.KeyId, StringComparer.Ordinal)]).Raw.ToArray();

            await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Timestamp);
        }
    }

    [Fact]
    public async Task What_nobody_asked_for_is_not_fetched_whatever_the_metadata_says_of_it()
    {
        // A role that nobody delegates to, a target of another role in its paths, and a target that says it needs more.
        _repository.Roles.Add("elsewhere", new SimulatedRole("elsewhere"));
        _repository.AddTarget("elsewhere", "models/vision/extra.ermodel", [6]);
        _repository.AddTarget(Delegated, "models/vision/needs.ermodel", [6, 6]);
        _repository.PublishTargets("elsewhere");
        _repository.PublishDownFrom(Delegated, signed => signed.With("targets", signed.Find("targets")!.With(Target,
            signed.Find("targets")!.Find(Target)!.With("custom", JsonParser.Parse("""{"requires":["models/vision/needs.ermodel"]}"""u8)))));

        await _device.DownloadAsync(Target);
        var error = await Assert.ThrowsAsync<TargetException>(() => _device.FindAsync("models/vision/extra.ermodel"));

        Assert.Equal(TrustFailure.TargetNotFound, error.Failure);
        Assert.DoesNotContain(_repository.Requests, r => r.Contains("elsewhere", StringComparison.Ordinal));
        Assert.EndsWith(".1.ermodel", Assert.Single(_repository.Requests, r => r.StartsWith("target:", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_largest_numbers_there_are_take_neither_memory_nor_time()
    {
        _repository.PublishDownFrom(Delegated, signed => signed.With("targets", signed.Find("targets")!.With(Target,
            signed.Find("targets")!.Find(Target)!.With("length", JsonTree.Of(long.MaxValue)))));
        Assert.Equal(long.MaxValue, (await _device.FindAsync(Target)).File.Length);
        var error = await Assert.ThrowsAsync<TargetException>(() => _device.DownloadAsync(Target));
        Assert.Equal(TrustFailure.LengthMismatch, error.Failure);

        _repository.Roles[Delegated].Threshold = long.MaxValue;
        _repository.PublishTargets();
        _repository.PublishSnapshot();
        _repository.PublishTimestamp();
        Assert.Equal(TrustFailure.ThresholdNotMet, (await Assert.ThrowsAsync<MetadataException>(() => _device.FindAsync(Target))).Failure);
    }

    [Fact]
    public async Task Endless_data_of_a_delegated_role_is_asked_for_and_taken_only_up_to_its_bound()
    {
        var asked = 0;
        _repository.Intercept = (name, maxBytes, _) =>
        {
            if (name != "1.models%2Fvision.json")
            {
                return null;
            }
            asked = maxBytes;
            return new(Task.FromResult(FetchResult.Found(new byte[maxBytes + 1])));
        };

        var error = await Assert.ThrowsAsync<MetadataException>(() => _device.FindAsync(Target));

        Assert.Equal((TrustFailure.TooLong, Delegated, 1 << 20), (error.Failure, error.Role, asked));
    }

    private static JsonTree WithValue(JsonTree key, Func<string, string> change)
    {
        var value = key.Find("keyval")!;
        return key.With("keyval", value.With("public", JsonTree.Of(change(value.Find("public")!.Text))));
    }

    private async Task RefusesAsync(string role)
    {
        var error = await Assert.ThrowsAsync<MetadataException>(() => _device.FindAsync(Target));
        Assert.Equal((TrustFailure.ThresholdNotMet, role), (error.Failure, error.Role));
    }

    private void Publish(string role)
    {
        if (role is not (RoleNames.Snapshot or RoleNames.Timestamp))
        {
            _repository.PublishTargets(role);
        }
        if (role is not RoleNames.Timestamp)
        {
            _repository.PublishSnapshot();
        }
        _repository.PublishTimestamp();
    }
}
