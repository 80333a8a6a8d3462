using System.Text;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>The attacks of the specification's section 1.5.2, and files made to harm the reader.</summary>
public sealed class AttackTests : IDisposable
{
    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public AttackTests() => _device = new SimulatedDevice(_repository);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Another_repository_cannot_take_the_place_of_ours()
    {
        await _device.RefreshAsync();
        var attacker = new RepositorySimulator();
        attacker.PublishAll();
        _repository.Intercept = (name, maxBytes, token) => new(attacker.FetchAsync(name, maxBytes, token).AsTask());

        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Root); // its root v2
        attacker.Files.Remove("2.root.json");
        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Timestamp);

        Assert.Equal((1, 1), (_device.Stored(RoleNames.Root), _device.Stored(RoleNames.Timestamp)));
    }

    [Fact]
    public async Task A_freeze_is_noticed_when_the_timestamp_expires()
    {
        _repository.Timestamp.Expires = RepositorySimulator.Start.AddDays(1);
        _repository.PublishTimestamp();
        var frozen = _repository.Files.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        await _device.RefreshAsync();
        _repository.PublishDownFrom(RoleNames.Targets); // news that the attacker holds back
        _repository.Intercept = (name, _, _) =>
            new(Task.FromResult(frozen.TryGetValue(name, out var bytes) ? FetchResult.Found(bytes) : FetchResult.NotFound));
        await _device.RefreshAsync();

        _device.Time.Advance(TimeSpan.FromDays(1));

        await _device.RefusesAsync(TrustFailure.Expired, RoleNames.Timestamp);
    }

    [Fact]
    public async Task Roles_of_different_times_cannot_be_mixed()
    {
        _repository.Delegate(RoleNames.Targets, new SimulatedDelegation("A"));
        _repository.PublishAll();
        var old = _repository.Files["1.A.json"];
        _repository.PublishDownFrom("A");
        _repository.Files["2.A.json"] = old; // rightly signed, but of yesterday

        var error = await Assert.ThrowsAsync<MetadataException>(() => _device.FindAsync("x"));

        Assert.Equal((TrustFailure.VersionMismatch, "A"), (error.Failure, error.Role));
    }

    [Fact]
    public async Task With_the_online_keys_an_attacker_can_only_choose_among_what_was_signed_offline()
    {
        _repository.AddTarget(RoleNames.Targets, "x", [1, 2, 3]);
        _repository.PublishAll();
        await _device.RefreshAsync();
        // Timestamp and snapshot are his; the targets role is not.
        _repository.AddTarget(RoleNames.Targets, "x", [6, 6, 6]);
        _repository.Targets.Signers = [.. _repository.Timestamp.Keys, .. _repository.Snapshot.Keys];
        _repository.PublishDownFrom(RoleNames.Targets);

        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Targets);

        Assert.Equal(2, _device.Stored(RoleNames.Targets));
    }

    [Fact]
    public async Task Fewer_stolen_keys_than_the_threshold_are_worth_nothing_and_as_many_are_worth_all_until_they_are_rotated()
    {
        for (var i = 0; i < 2; i++)
        {
            _repository.Targets.Keys.Add(TestKeys.Next());
        }
        _repository.Targets.Threshold = 2;
        _repository.PublishAll();
        await _device.RefreshAsync();
        var stolen = _repository.Targets.Keys[..2];

        _repository.Targets.Signers = stolen[..1];
        _repository.PublishDownFrom(RoleNames.Targets);
        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Targets);
        _repository.Targets.Signers = stolen;
        _repository.PublishDownFrom(RoleNames.Targets);
        await _device.RefreshAsync();

        _repository.Targets.Keys[0] = TestKeys.Next();
        _repository.Targets.Keys[1] = TestKeys.Next();
        _repository.PublishRoot();
        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Targets);
        _repository.Targets.Signers = null;
        _repository.PublishDownFrom(RoleNames.Targets);
        await _device.RefreshAsync();

        Assert.Equal(_repository.Targets.Version, _device.Stored(RoleNames.Targets));
    }

    [Fact]
    public async Task One_key_under_two_ids_counts_once()
    {
        var key = _repository.Timestamp.Keys[0].PublicKey;
        var twin = key.Source.With("x-twin", JsonTree.True);
        _repository.PublishRoot(root =>
        {
            var role = JsonTree.Of(new Dictionary<string, JsonTree>
            {
                ["keyids"] = JsonTree.OfTexts([key.KeyId, PublicKey.IdOf(twin)]),
                ["threshold"] = JsonTree.Of(2),
            });
            return root.With("keys", root.Find("keys")!.With(PublicKey.IdOf(twin), twin)).With("roles", root.Find("roles")!.With("timestamp", role));
        });
        var timestamp = Envelope.Parse(RoleNames.Timestamp, _repository.Files["timestamp.json"]);
        _repository.Files["timestamp.json"] = timestamp.With(timestamp.Signatures[0] with { KeyId = PublicKey.IdOf(twin) }).Raw.ToArray();

        Assert.Contains("found 1 ", (await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Timestamp)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_signature_twice_makes_the_file_invalid()
    {
        var timestamp = Envelope.Parse(RoleNames.Timestamp, _repository.Files["timestamp.json"]);
        _repository.Files["timestamp.json"] =
            Envelope.Build(RoleNames.Timestamp, timestamp.Signed, [timestamp.Signatures[0], timestamp.Signatures[0]]).Raw.ToArray();

        Assert.Contains("twice", (await _device.RefusesAsync(TrustFailure.Malformed, RoleNames.Timestamp)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no hex")]
    [InlineData("abc")]
    [InlineData("00")]
    public async Task A_signature_that_is_none_does_not_spoil_the_good_ones(string hex)
    {
        _repository.Timestamp.Keys.Add(TestKeys.Next());
        _repository.Timestamp.Signers = [_repository.Timestamp.Keys[1]];
        _repository.PublishTimestamp();
        _repository.PublishRoot();
        var timestamp = Envelope.Parse(RoleNames.Timestamp, _repository.Files["timestamp.json"]);
        _repository.Files["timestamp.json"] = Envelope.Build(RoleNames.Timestamp, timestamp.Signed,
            [new MetadataSignature(_repository.Timestamp.Keys[0].PublicKey.KeyId, hex), new MetadataSignature("nobody", hex), timestamp.Signatures[0]]).Raw.ToArray();

        await _device.RefreshAsync();
    }

    [Fact]
    public async Task A_bad_signature_of_a_key_does_not_use_up_its_good_one_under_another_id()
    {
        var key = _repository.Timestamp.Keys[0].PublicKey;
        var twin = key.Source.With("x-twin", JsonTree.True);
        _repository.PublishRoot(root =>
        {
            var role = root.Find("roles")!.Find("timestamp")!.With("keyids", JsonTree.OfTexts([key.KeyId, PublicKey.IdOf(twin)]));
            return root.With("keys", root.Find("keys")!.With(PublicKey.IdOf(twin), twin)).With("roles", root.Find("roles")!.With("timestamp", role));
        });
        var timestamp = Envelope.Parse(RoleNames.Timestamp, _repository.Files["timestamp.json"]);
        _repository.Files["timestamp.json"] = Envelope.Build(RoleNames.Timestamp, timestamp.Signed,
            [new MetadataSignature(PublicKey.IdOf(twin), "00"), timestamp.Signatures[0]]).Raw.ToArray();

        await _device.RefreshAsync();
    }

    [Theory]
    [InlineData("2.root.json", RoleNames.Root, 64 << 10)]
    [InlineData("timestamp.json", RoleNames.Timestamp, 16 << 10)]
    [InlineData("1.snapshot.json", RoleNames.Snapshot, 256 << 10)]
    [InlineData("1.targets.json", RoleNames.Targets, 1 << 20)]
    public async Task Endless_metadata_is_asked_for_and_taken_only_up_to_its_bound(string name, string role, int bound)
    {
        var asked = 0;
        _repository.Intercept = (asking, maxBytes, _) =>
        {
            if (asking != name)
            {
                return null;
            }
            asked = maxBytes;
            return new(Task.FromResult(FetchResult.Found(new byte[maxBytes + 1]))); // a fetcher that does not keep to it
        };

        await _device.RefusesAsync(TrustFailure.TooLong, role);

        Assert.Equal(bound, asked);
    }

    [Fact]
    public async Task A_snapshot_cannot_announce_a_file_beyond_the_bound()
    {
        _repository.PublishSnapshot(editMeta: meta => meta["targets.json"] = new MetaFile(1, Length: 1L << 40));
        _repository.PublishTimestamp();

        await _device.RefusesAsync(TrustFailure.TooLong, RoleNames.Targets);

        Assert.DoesNotContain("1.targets.json", _repository.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Metadata_that_never_arrives_is_given_up(bool looksAtItsToken)
    {
        var reached = new TaskCompletionSource();
        _repository.Intercept = (name, _, token) =>
        {
            if (name != "timestamp.json")
            {
                return null;
            }
            var never = new TaskCompletionSource<FetchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (looksAtItsToken)
            {
                token.Register(() => never.TrySetCanceled(token));
            }
            reached.SetResult();
            return new(never.Task);
        };

        var refresh = _device.RefreshAsync();
        await reached.Task;
        _device.Time.Advance(TimeSpan.FromSeconds(46)); // 30 s, and 16 s for 16 KiB

        Assert.Contains("timestamp.json did not arrive within 46 s", (await Assert.ThrowsAsync<RepositoryUnavailableException>(() => refresh)).Message,
            StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> HostileFiles => new()
    {
        { "empty", [] },
        { "white space", "   \n"u8.ToArray() },
        { "no object", "[]"u8.ToArray() },
        { "no signatures", """{"signed":{}}"""u8.ToArray() },
        { "signatures that are no list", """{"signatures":{},"signed":{}}"""u8.ToArray() },
        { "a signature without key id", """{"signatures":[{"sig":""}],"signed":{}}"""u8.ToArray() },
        { "a signature that is a number", """{"signatures":[{"keyid":"a","sig":1}],"signed":{}}"""u8.ToArray() },
        { "nothing signed", """{"signatures":[]}"""u8.ToArray() },
        { "signed is a list", """{"signatures":[],"signed":[]}"""u8.ToArray() },
        { "no type", """{"signatures":[],"signed":{}}"""u8.ToArray() },
        { "names twice", """{"signatures":[],"signed":{"_type":"timestamp","_type":"root"}}"""u8.ToArray() },
        { "names twice outside", """{"signatures":[],"signed":{},"signed":{}}"""u8.ToArray() },
        { "nesting", Encoding.ASCII.GetBytes(new string('[', 8_000) + new string(']', 8_000)) },
        { "unclosed nesting", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 3_000))) },
        { "a huge number", Encoding.ASCII.GetBytes("""{"signatures":[],"signed":{"version":9}}""".Replace("9", new string('9', 10_000), StringComparison.Ordinal)) },
        { "a fraction", """{"signatures":[],"signed":{"version":1.0}}"""u8.ToArray() },
        { "invalid UTF-8", [.. """{"signatures":[],"signed":{"_type":" """u8, 0xc3, 0x28, .. "\"}}"u8] },
        { "half a surrogate pair", """{"signatures":[],"signed":{"_type":"\ud83d"}}"""u8.ToArray() },
        { "something after it", """{"signatures":[],"signed":{}}{}"""u8.ToArray() },
        { "a byte order mark", [0xef, 0xbb, 0xbf, .. """{"signatures":[],"signed":{}}"""u8] },
        { "a NUL after it", """{"signatures":[],"signed":{}}"""u8.ToArray().Append((byte)0).ToArray() },
    };

    [Theory]
    [MemberData(nameof(HostileFiles))]
    public async Task A_file_made_to_harm_the_reader_is_refused_in_one_line(string what, byte[] file)
    {
        Assert.NotEmpty(what);
        _repository.Files["timestamp.json"] = file;

        var error = await _device.RefusesAsync(TrustFailure.Malformed, RoleNames.Timestamp);

        Assert.True(error.Message.Length < 500, error.Message);
    }
}
