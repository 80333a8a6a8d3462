using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Tests.Pipelines;

public sealed class ThreadPlacementTests : IDisposable
{
    private readonly PipelineRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Pipeline_thread_is_where_the_kernel_was_told_to_keep_it()
    {
        var cpu = CpuAffinity.OfProcess()[^1];
        using var host = _rig.Host(untilDone: false, ("pin", Endless(new PipelineThreadOptions { Cpus = [cpu] })));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.GetStatus()[0].Windows > 0);

        Assert.Equal(CpuList.Format([cpu]), Status(ThreadNamed("pipeline pin"), "Cpus_allowed_list"));
        Assert.Equal((ComponentState.Running, $"on processor {cpu}"), State("pipeline pin thread"));
        await host.StopAsync(default);
    }

    [Fact]
    public async Task Pipeline_gets_its_priority_with_the_right_and_runs_with_a_warning_without()
    {
        using var host = _rig.Host(untilDone: false, ("rt", Endless(new PipelineThreadOptions { RealtimePriority = 7 })));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.GetStatus()[0].Windows > 0);

        var (state, reason) = State("pipeline rt thread");
        // Fields 40 and 41 of stat, rt_priority and policy, counted from behind the name.
        var fields = File.ReadAllText($"/proc/self/task/{ThreadNamed("pipeline rt")}/stat").Split(") ")[^1].Split(' ');
        if (state == ComponentState.Running)
        {
            Assert.Equal(("7", "1", "SCHED_FIFO priority 7"), (fields[37], fields[38], reason));
        }
        else
        {
            Assert.Equal((ComponentState.Degraded, "0"), (state, fields[38]));
            Assert.StartsWith("thread.realtimePriority: 7 is refused", reason, StringComparison.Ordinal);
        }

        await host.StopAsync(default);
    }

    [Fact]
    public async Task Processor_that_does_not_exist_is_a_warning_that_names_those_there_are()
    {
        using var host = _rig.Host(untilDone: true, ("far", _rig.ShuttlePipeline(options => options.Thread = new PipelineThreadOptions { Cpus = [1000] })));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.AllDone);

        Assert.False(host.AnyFailed);
        Assert.Equal(256, host.GetStatus()[0].Windows);
        Assert.Equal(
            (ComponentState.Degraded, $"thread.cpus: there is no processor 1000; this machine has {CpuList.Format(CpuList.ReadOnline())}; the pipeline runs without it"), State("pipeline far thread"));
    }

    [Fact]
    public async Task Pipeline_that_requires_its_place_fails_without_it()
    {
        using var host = _rig.Host(untilDone: false, ("far", _rig.ShuttlePipeline(options => options.Thread = new PipelineThreadOptions { Cpus = [1000], Required = true })));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.AllDone);

        Assert.True(host.AnyFailed);
        var (state, reason) = State("pipeline far");
        Assert.Equal(ComponentState.Failed, state);
        Assert.StartsWith("thread.cpus: there is no processor 1000;", reason, StringComparison.Ordinal);
        Assert.EndsWith("thread.required is set", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_that_onnx_runtime_adds_keep_off_the_pinned_processor()
    {
        var all = CpuAffinity.OfProcess();
        var load = ThreadPlacement.KeepOff(new ModelLoadOptions { IntraOpThreads = 2 }, new PipelineThreadOptions { Cpus = [all[0]] });
        var others = all.Skip(1).ToArray();
        // A machine with one processor has nowhere else to put them.
        Assert.Equal(others.Length > 0 ? others : all, load.WorkerCpus);

        var before = Threads();
        using var bundle = ModelBundle.Open(_rig.Shuttle());
        using var model = ModelInstance.Load(_rig.Engine.Get(), bundle, load);
        model.Run();
        // The test host starts threads of its own, which may run anywhere: the one that is kept off is ours.
        Assert.Contains(Threads().Except(before), thread => Status(thread, "Cpus_allowed_list") is { } cpus && cpus == CpuList.Format(load.WorkerCpus!));
    }

    [Fact]
    public async Task Program_of_an_exec_source_is_not_pinned_with_its_pipeline()
    {
        var all = CpuAffinity.OfProcess();
        var told = _rig.Directory.File("told");
        using var host = _rig.Host(untilDone: true, ("exec", _rig.ShuttlePipeline(options =>
        {
            options.Thread = new PipelineThreadOptions { Cpus = [all[^1]] };
            options.Source = new ExecSourceOptions
            {
                Command = ["sh", "-c", $"grep Cpus_allowed_list /proc/self/status > {told}; echo 1,2,3,4,5,6,7,8,9"],
                Format = SampleFormat.Csv,
                Channels = 9,
                Restart = new RestartOptions { Policy = RestartPolicy.Never },
            };
        })));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.AllDone);

        Assert.Equal($"Cpus_allowed_list:\t{CpuList.Format(all)}\n", await File.ReadAllTextAsync(told));
    }

    private PipelineOptions Endless(PipelineThreadOptions thread) => _rig.ShuttlePipeline(options =>
    {
        options.Thread = thread;
        options.Source = ((ReplaySourceOptions)options.Source!) with { Pace = ReplayPace.RealTime, Loop = true };
    });

    private (ComponentState State, string Reason) State(string component)
    {
        var entry = _rig.States.Find(component);
        return entry is null ? (ComponentState.Unknown, "") : (entry.State, entry.Reason);
    }

    private static string[] Threads() => [.. Directory.GetDirectories("/proc/self/task").Select(path => Path.GetFileName(path))];

    private static string ThreadNamed(string name) => Threads().Single(thread => Comm(thread) == name);

    private static string? Comm(string thread)
    {
        try
        {
            return File.ReadAllText($"/proc/self/task/{thread}/comm").TrimEnd('\n');
        }
        catch (IOException)
        {
            return null; // It has ended meanwhile.
        }
    }

    private static string? Status(string thread, string key)
    {
        try
        {
            return File.ReadLines($"/proc/self/task/{thread}/status").First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split('\t')[1];
        }
        catch (IOException)
        {
            return null; // It has ended meanwhile.
        }
    }
}
