using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Tests.Guards;

public sealed class RunDeadlineTests : IDisposable
{
    private readonly PipelineRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Run_after_one_that_was_cut_is_never_hit_however_close_the_two_are()
    {
        using var bundle = ModelBundle.Open(TinyModels.Pack(_rig, "loop", "1.0.0"));
        using var model = ModelInstance.Load(_rig.Engine.Get(), bundle);
        using var deadline = _rig.Watchdog.Watch(_rig.Engine.Get().OnnxRuntime, TimeSpan.FromMilliseconds(2));
        var trips = model.Input("x").Tensor.AsSpan<float>();
        var random = new Random(20261121);
        var (cut, whole) = (0, 0);

        // Run lengths around the deadline, so that ends and cuts meet in every order.
        while ((cut < 100 || whole < 100) && cut + whole < 4_000)
        {
            trips[0] = random.Next(2) == 0 ? random.Next(1, 20_000) : random.Next(2) == 0 ? 1 : 1e12f;
            var isBroken = false;
            deadline.Begin();
            try
            {
                model.Run(deadline.Options);
            }
            catch (OrtException)
            {
                isBroken = true;
            }

            if (deadline.End()) cut++;
            else Assert.False(isBroken, "a run was broken off whose deadline had not been taken");
            if (!isBroken) whole++;
        }

        Assert.True(cut >= 100 && whole >= 100, $"{cut} cut, {whole} whole: the test did not test");
    }

    [Fact]
    public void Stopped_deadline_breaks_off_every_later_run()
    {
        using var bundle = ModelBundle.Open(TinyModels.Pack(_rig, "loop", "1.0.0"));
        using var model = ModelInstance.Load(_rig.Engine.Get(), bundle);
        using var deadline = _rig.Watchdog.Watch(_rig.Engine.Get().OnnxRuntime, TimeSpan.Zero);
        model.Input("x").Tensor.AsSpan<float>()[0] = 1e12f;

        deadline.Stop();

        for (var run = 0; run < 3; run++)
        {
            deadline.Begin();
            Assert.Throws<OrtException>(() => model.Run(deadline.Options));
            Assert.False(deadline.End());
        }
    }
}
