using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

public sealed class DelegationTests : IDisposable
{
    private static readonly byte[] Content = "a model"u8.ToArray();

    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public DelegationTests() => _device = new SimulatedDevice(_repository);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Roles_are_asked_depth_first_in_their_order_and_none_twice()
    {
        Delegate("targets", "A");
        Delegate("targets", "B");
        Delegate("A", "C");
        Delegate("A", "D");
        Delegate("D", "A");
        Delegate("B", "C");
        _repository.PublishAll();

        await NotFoundAsync("x");

        Assert.Equal(["1.A.json", "1.C.json", "1.D.json", "1.B.json"], Asked());
    }

    [Fact]
    public async Task The_first_role_that_lists_a_path_has_it()
    {
        Delegate("targets", "A");
        Delegate("targets", "B");
        _repository.AddTarget("B", "x", [1]);
        _repository.AddTarget("A", "x", Content);
        _repository.PublishAll();

        var match = await _device.FindAsync("x");

        Assert.Equal(("A", 7L), (match.Role, match.File.Length));
        Assert.Equal($"{FileDigests.Of(Content).Preferred}.x", match.FetchName);
    }

    [Fact]
    public async Task After_a_terminating_role_nobody_else_is_asked()
    {
        Delegate("targets", "A");
        Delegate("targets", "B");
        Delegate("A", "C", terminating: true);
        Delegate("A", "D");
        Delegate("C", "E");
        _repository.AddTarget("B", "x", Content);
        _repository.PublishAll();

        await NotFoundAsync("x");

        Assert.Equal(["1.A.json", "1.C.json", "1.E.json"], Asked());
    }

    [Fact]
    public async Task A_terminating_role_for_other_paths_ends_nothing()
    {
        Delegate("targets", "A", terminating: true, "models/*");
        Delegate("targets", "B");
        _repository.AddTarget("B", "x", Content);
        _repository.PublishAll();

        Assert.Equal("B", (await _device.FindAsync("x")).Role);
    }

    [Fact]
    public async Task A_role_cannot_speak_for_paths_that_were_not_delegated_to_it()
    {
        Delegate("targets", "models/vision", terminating: false, "models/vision/*");
        _repository.AddTarget("models/vision", "models/audio/1.ermodel", Content);
        _repository.AddTarget("models/vision", "models/vision/1.ermodel", Content);
        _repository.PublishAll();

        Assert.Equal("models/vision", (await _device.FindAsync("models/vision/1.ermodel")).Role);
        await NotFoundAsync("models/audio/1.ermodel");
    }

    [Fact]
    public async Task A_path_must_be_delegated_at_every_step_on_the_way()
    {
        Delegate("targets", "A", terminating: false, "a/*");
        Delegate("A", "B", terminating: false, "*", "a/*", "b/*");
        _repository.AddTarget("B", "b/x", Content);
        _repository.AddTarget("B", "a/x", Content);
        _repository.PublishAll();

        Assert.Equal("B", (await _device.FindAsync("a/x")).Role);
        await NotFoundAsync("b/x");
    }

    [Fact]
    public async Task A_delegation_by_digest_of_the_path_covers_what_begins_so()
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("größe")));
        _repository.Delegate("targets", new SimulatedDelegation("other", PathHashPrefixes: [digest[..3] + (digest[3] == '0' ? "1" : "0")]));
        _repository.Delegate("targets", new SimulatedDelegation("bin", PathHashPrefixes: ["zz", digest[..4]]));
        _repository.AddTarget("bin", "größe", Content);
        _repository.PublishAll();

        Assert.Equal("bin", (await _device.FindAsync("größe")).Role);
        Assert.Equal(["1.bin.json"], Asked());
    }

    [Fact]
    public async Task A_search_visits_a_bounded_number_of_roles()
    {
        _device.Options = new TufClientOptions { MaxDelegatedRoles = 3 };
        for (var i = 0; i < 4; i++)
        {
            Delegate(i == 0 ? "targets" : $"r{i - 1}", $"r{i}");
        }
        _repository.AddTarget("r2", "near", Content);
        _repository.AddTarget("r3", "far", Content);
        _repository.PublishAll();

        Assert.Equal("r2", (await _device.FindAsync("near")).Role);
        Assert.Equal(TrustFailure.TooManyRoles, (await Assert.ThrowsAsync<TargetException>(() => _device.FindAsync("far"))).Failure);
        Assert.Equal(3, Asked().Length);
    }

    [Fact]
    public async Task A_role_that_the_snapshot_does_not_list_is_not_even_fetched()
    {
        Delegate("targets", "A");
        _repository.PublishTargets("A");
        _repository.PublishTargets();
        _repository.PublishSnapshot(editMeta: meta => meta.Remove("A.json"));
        _repository.PublishTimestamp();

        await FindRefusesAsync(TrustFailure.NotInSnapshot, "A");

        Assert.Empty(Asked());
    }

    [Fact]
    public async Task A_role_signed_by_keys_that_its_delegator_does_not_name_is_refused()
    {
        var role = Delegate("targets", "A");
        role.Signers = [.. _repository.Targets.Keys, .. _repository.Root.Keys]; // the wrong delegator: mightier, but not asked
        _repository.PublishAll();

        await FindRefusesAsync(TrustFailure.ThresholdNotMet, "A");

        Assert.Null(_device.Stored("A"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_role_that_was_verified_for_one_delegator_is_verified_again_for_the_next(bool newClient)
    {
        Delegate("targets", "parent-a", terminating: false, "a/*");
        Delegate("targets", "parent-b", terminating: false, "b/*");
        var release = Delegate("parent-a", "release", terminating: false, "a/*");
        _repository.Delegate("parent-b", new SimulatedDelegation("release", ["b/*"]) { Keys = [TestKeys.Next()] });
        _repository.AddTarget("release", "a/x", Content);
        _repository.AddTarget("release", "b/x", Content);
        _repository.PublishAll();
        var client = _device.NewClient();
        await client.RefreshAsync(CancellationToken.None);

        Assert.Equal("release", (await client.FindTargetAsync("a/x", CancellationToken.None)).Role);
        if (newClient)
        {
            client = _device.NewClient();
            await client.RefreshAsync(CancellationToken.None);
        }
        var error = await Assert.ThrowsAsync<MetadataException>(() => client.FindTargetAsync("b/x", CancellationToken.None));

        Assert.Equal((TrustFailure.ThresholdNotMet, "release"), (error.Failure, error.Role));
        Assert.Contains("parent-b v1", error.Message, StringComparison.Ordinal);
        Assert.Equal(release.Version, _device.Stored("release"));
    }

    [Fact]
    public async Task An_expired_delegated_role_ends_the_search_rather_than_hand_the_path_on()
    {
        Delegate("targets", "A").Expires = RepositorySimulator.Start;
        Delegate("targets", "B");
        _repository.AddTarget("B", "x", Content);
        _repository.PublishAll();

        await FindRefusesAsync(TrustFailure.Expired, "A");

        Assert.Equal(["1.A.json"], Asked());
    }

    [Fact]
    public async Task A_stored_role_is_used_again_until_the_snapshot_lists_another_version()
    {
        Delegate("targets", "A");
        _repository.AddTarget("A", "x", Content);
        _repository.PublishAll();
        await _device.FindAsync("x");
        await _device.FindAsync("x");
        Assert.Equal(["1.A.json"], Asked());

        _repository.PublishDownFrom("A");
        await _device.FindAsync("x");

        Assert.Equal(["1.A.json", "2.A.json"], Asked());
    }

    [Theory]
    [InlineData("models/vision", "models%2Fvision")]
    [InlineData("../up", "..%2Fup")]
    [InlineData("/etc/passwd", "%2Fetc%2Fpasswd")]
    [InlineData("?#%", "%3F%23%25")]
    [InlineData(".hidden", ".hidden")]
    [InlineData("a b\n", "a%20b%0A")]
    public async Task Whatever_its_name_a_role_is_one_file_in_the_directory(string name, string encoded)
    {
        Delegate("targets", name);
        _repository.AddTarget(name, "x", Content);
        _repository.PublishAll();

        Assert.Equal(name, (await _device.FindAsync("x")).Role);

        Assert.Contains($"1.{encoded}.json", _repository.Requests);
        Assert.True(File.Exists(Path.Combine(_device.Store.DirectoryPath, encoded + ".json")));
    }

    [Fact]
    public async Task Files_of_roles_that_are_gone_are_deleted()
    {
        Delegate("targets", "A");
        _repository.PublishAll();
        await NotFoundAsync("x");
        Assert.Equal(1, _device.Stored("A"));
        _repository.Snapshot.RotateKeys(); // else a role cannot go
        _repository.Targets.Delegations.Clear();
        _repository.PublishTargets();
        _repository.PublishSnapshot(editMeta: meta => meta.Remove("A.json"));
        _repository.PublishTimestamp();
        _repository.PublishRoot();

        await _device.RefreshAsync();

        Assert.Null(_device.Stored("A"));
    }

    [Theory]
    [InlineData("""{"name":"root","keyids":[],"threshold":1,"terminating":false,"paths":["*"]}""", "top-level")]
    [InlineData("""{"name":"","keyids":[],"threshold":1,"terminating":false,"paths":["*"]}""", "role name")]
    [InlineData("""{"name":"A","keyids":[],"threshold":0,"terminating":false,"paths":["*"]}""", "1 or more")]
    [InlineData("""{"name":"A","keyids":["k","k"],"threshold":1,"terminating":false,"paths":["*"]}""", "twice")]
    [InlineData("""{"name":"A","keyids":[],"threshold":1,"terminating":false}""", "either paths or path_hash_prefixes")]
    [InlineData("""{"name":"A","keyids":[],"threshold":1,"terminating":false,"paths":["*"],"path_hash_prefixes":["0"]}""", "either paths or path_hash_prefixes")]
    [InlineData("""{"name":"A","keyids":[],"threshold":1,"paths":["*"]}""", "terminating")]
    [InlineData("""{"name":"A","keyids":[],"threshold":1,"terminating":"no","paths":["*"]}""", "terminating")]
    public async Task A_delegation_of_the_wrong_form_makes_its_file_invalid(string role, string expected)
    {
        var tree = JsonParser.Parse(Encoding.UTF8.GetBytes($$"""{"keys":{},"roles":[{{role}}]}"""));
        _repository.PublishDownFrom(RoleNames.Targets, targets => targets.With("delegations", tree));

        Assert.Contains(expected, (await _device.RefusesAsync(TrustFailure.Malformed, RoleNames.Targets)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_name_that_no_file_system_takes_makes_its_file_invalid()
    {
        Delegate("targets", new string('ß', 40)); // six bytes each, percent-encoded
        _repository.PublishAll();

        await _device.RefusesAsync(TrustFailure.Malformed, RoleNames.Targets);
    }

    [Fact]
    public async Task A_role_that_is_delegated_to_twice_by_one_role_makes_the_file_invalid()
    {
        Delegate("targets", "A");
        Delegate("targets", "A");
        _repository.PublishAll();

        await _device.RefusesAsync(TrustFailure.Malformed, RoleNames.Targets);
    }

    private SimulatedRole Delegate(string from, string to, bool terminating = false, params string[] paths) =>
        _repository.Delegate(from, new SimulatedDelegation(to, paths.Length == 0 ? null : paths, terminating));

    private string[] Asked() => [.. _repository.Requests.Where(r => !r.StartsWith("target:", StringComparison.Ordinal)
        && !r.EndsWith(".root.json", StringComparison.Ordinal) && !r.EndsWith("timestamp.json", StringComparison.Ordinal)
        && !r.EndsWith(".snapshot.json", StringComparison.Ordinal) && !r.EndsWith(".targets.json", StringComparison.Ordinal))];

    private async Task NotFoundAsync(string path) =>
        Assert.Equal(TrustFailure.TargetNotFound, (await Assert.ThrowsAsync<TargetException>(() => _device.FindAsync(path))).Failure);

    private async Task FindRefusesAsync(TrustFailure failure, string role)
    {
        var error = await Assert.ThrowsAsync<MetadataException>(() => _device.FindAsync("x"));
        Assert.Equal((failure, role), (error.Failure, error.Role));
    }
}
