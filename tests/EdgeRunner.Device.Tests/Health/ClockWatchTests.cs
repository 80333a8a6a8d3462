using EdgeRunner.Device.Health;
using EdgeRunner.Device.Tests.Pipelines;

namespace EdgeRunner.Device.Tests.Health;

public sealed class ClockWatchTests
{
    [Fact]
    public async Task Clock_before_the_build_of_the_program_is_trouble_until_somebody_sets_it()
    {
        using var rig = new PipelineRig();
        var time = new ManualTimeProvider();
        using var watch = new ClockWatch(rig.States, time, time.GetUtcNow().AddDays(30));
        await watch.StartAsync(default);
        PipelineRig.Wait(() => rig.States.Find("clock") is { State: ComponentState.Degraded });
        Assert.Contains("this program was made on ", rig.States.Find("clock")!.Reason, StringComparison.Ordinal);

        PipelineRig.Wait(() =>
        {
            time.Advance(TimeSpan.FromDays(1));
            return rig.States.Find("clock") is { State: ComponentState.Running };
        });

        await watch.StopAsync(default);
    }
}
