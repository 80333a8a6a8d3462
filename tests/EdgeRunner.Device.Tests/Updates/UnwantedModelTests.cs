using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>Models that the desired state of the group names no more.</summary>
public sealed class UnwantedModelTests(Releases releases) : IClassFixture<Releases>, IAsyncLifetime
{
    private ServiceRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await ServiceRig.CreateAsync();
        await _rig.AddAsync(releases, 1);
        await _rig.WantAsync(1);
    }

    public Task DisposeAsync() => _rig.DisposeAsync().AsTask();

    [Fact]
    public async Task Signed_minimum_takes_a_version_out_of_use_that_the_group_does_not_want_any_more()
    {
        await _rig.StartAsync();
        await _rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await WantNothingAsync();
        Assert.True((await _rig.CheckAsync()).Done);
        Assert.Equal("1.0.0", _rig.Serves);

        await _rig.Repository.ChangeAsync(repository => repository.SetCustom(SignedRepository.Team, new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            [$"models/{UpdateStory.Model}/1.0.0.ermodel"] = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
            {
                ["name"] = JsonTree.Of(UpdateStory.Model), ["version"] = JsonTree.Of("1.0.0"), ["release"] = JsonTree.Of(1), ["unpacked_bytes"] = JsonTree.Of(1), ["min_release"] = JsonTree.Of(2),
            }),
        }));
        Assert.True((await _rig.CheckAsync()).Done);

        await _rig.UntilAsync(() => _rig.Serves is null);
        Assert.Contains("1.0.0 (release 1) may not run any more: the signed min_release is 2", _rig.Story.Bundles.Withheld(UpdateStory.Model), StringComparison.Ordinal);
        Assert.Equal(2, _rig.Story.Store.Read(UpdateStory.Model).MinRelease);
    }

    [Fact]
    public async Task Check_succeeds_when_nothing_of_an_unwanted_model_is_listed_any_more()
    {
        await _rig.StartAsync();
        await _rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await WantNothingAsync();
        await _rig.Repository.ChangeAsync(repository => repository.RemoveTarget(SignedRepository.Team, $"models/{UpdateStory.Model}/1.0.0.ermodel"));

        Assert.True((await _rig.CheckAsync()).Done);

        Assert.Equal("1.0.0", _rig.Serves);
    }

    private Task WantNothingAsync() =>
        _rig.Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, ServiceRig.Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal)));
}
