using EdgeRunner.Device.Health;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Health;

public class MemoryTrimmerTests
{
    [Fact]
    public async Task Memory_is_trimmed_after_the_start_and_for_each_pipeline_that_begins_and_for_nothing_else()
    {
        using var rig = new PipelineRig();
        var clock = new ManualTimeProvider();
        using var trimmer = new MemoryTrimmer(rig.States, rig.Engine, clock, NullLogger<MemoryTrimmer>.Instance);
        await trimmer.StartAsync(CancellationToken.None);
        rig.States.Set("pipeline a", ComponentState.Starting);
        clock.Advance(MemoryTrimmer.Quiet);
        Assert.Equal(1, trimmer.Runs);

        rig.States.Set("pipeline a", ComponentState.Running, "model 1.0.0");
        clock.Advance(MemoryTrimmer.Quiet / 2);
        rig.States.Set("pipeline b", ComponentState.Running, "model 1.0.0"); // Something loads still: not yet.
        clock.Advance(MemoryTrimmer.Quiet / 2);
        Assert.Equal(1, trimmer.Runs);
        clock.Advance(MemoryTrimmer.Quiet / 2);
        Assert.Equal(2, trimmer.Runs);

        rig.States.Set("broker", ComponentState.Degraded, "not connected");
        clock.Advance(MemoryTrimmer.Quiet);
        rig.States.Set("pipeline b", ComponentState.Ended);
        clock.Advance(MemoryTrimmer.Quiet);
        Assert.Equal(2, trimmer.Runs);

        rig.States.Set("pipeline a", ComponentState.Running, "model 1.1.0");
        clock.Advance(MemoryTrimmer.Quiet);
        Assert.Equal(3, trimmer.Runs);

        await trimmer.StopAsync(CancellationToken.None);
        rig.States.Set("pipeline c", ComponentState.Running);
        clock.Advance(MemoryTrimmer.Quiet);
        Assert.Equal(3, trimmer.Runs);
    }

    [Fact]
    public void A_model_decides_as_before_after_the_code_it_runs_was_dropped()
    {
        using var rig = new PipelineRig();
        using var bundle = ModelBundle.Open(rig.Shuttle(), BundleLimits.Default);
        using var model = ModelInstance.Load(rig.Engine.Get(), bundle);
        Assert.True(model.SelfTest().Passed);

        var dropped = MemoryTrim.Run(Environment.ProcessPath, rig.Engine.LibraryAddress);

        Assert.True(dropped > 1 << 20, $"only {dropped} bytes of ONNX Runtime and the program were dropped");
        Assert.True(model.SelfTest().Passed);
        using var again = ModelInstance.Load(rig.Engine.Get(), bundle);
        Assert.True(again.SelfTest().Passed);
    }
}
