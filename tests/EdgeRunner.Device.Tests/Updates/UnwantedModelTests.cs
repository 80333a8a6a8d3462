using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>Models that the desired state of the group names no more.</summary>
public sealed class UnwantedModelTests(Releases releases) : UpdateServiceTestBase(releases)
{
    [Fact]
    public async Task Signed_minimum_takes_a_version_out_of_use_that_the_group_does_not_want_any_more()
    {
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await WantNothingAsync();
        Assert.True((await Rig.CheckAsync()).Done);
        Assert.Equal("1.0.0", Rig.Serves);

        await Rig.RevokeFirstAsync(below: 2);
        Assert.True((await Rig.CheckAsync()).Done);

        await Rig.UntilAsync(() => Rig.Serves is null);
        Assert.Contains("1.0.0 (release 1) may not run any more: the signed min_release is 2", Rig.Story.Bundles.Withheld(UpdateStory.Model), StringComparison.Ordinal);
        Assert.Equal(2, Rig.Story.Store.Read(UpdateStory.Model).MinRelease);
    }

    [Fact]
    public async Task Check_succeeds_when_nothing_of_an_unwanted_model_is_listed_any_more()
    {
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await WantNothingAsync();
        await Rig.Repository.ChangeAsync(repository => repository.RemoveTarget(SignedRepository.Team, $"models/{UpdateStory.Model}/1.0.0.ermodel"));

        Assert.True((await Rig.CheckAsync()).Done);

        Assert.Equal("1.0.0", Rig.Serves);
    }

    private Task WantNothingAsync() =>
        Rig.Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, ServiceRig.Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal)));
}
