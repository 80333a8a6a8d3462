using System.Globalization;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Probing;

namespace EdgeRunner.Device.Tests.Probing;

/// <summary>The parent's side, against shell scripts that take the child's place and do what a child should not. The real child is in the end-to-end
/// tests.</summary>
public sealed class ModelProbeTests
{
    private const string Verdict = """{"stage":"done","reason":"ok","detail":"fine"}""";

    [Fact]
    public async Task Verdict_of_the_child_is_the_report()
    {
        var report = await RunAsync($$"""
            cat >/dev/null
            echo '{"stage":"open","warnings":["careful"]}'
            echo '{"stage":"runtime","model":"m","version":"1.0.0","sha256":"ab"}'
            echo '{{Verdict}}'
            """);
        Assert.Equal((ProbeReason.Ok, "fine", "m", "ab", ProbeStage.Done), (report.Reason, report.Detail, report.Model, report.Sha256, report.Stage));
        Assert.Equal(["careful"], report.Warnings);
    }

    [Fact]
    public async Task Request_holds_the_bundle_the_parent_and_the_limits()
    {
        using var directory = new TempDirectory();
        await RunAsync($"cat >{directory.File("request")}; echo '{Verdict}'", limits: new ProbeLimits { MemoryBytes = 12345, WallSeconds = 30 });
        Assert.Equal(
            $$"""{"file":"/no/bundle.ermodel","parentProcessId":{{Environment.ProcessId}},"limits":{"memoryBytes":12345,"wallSeconds":30},"intraOpThreads":1,"allowSpinning":false}""",
            await File.ReadAllTextAsync(directory.File("request")));
    }

    [Theory]
    [InlineData("echo hello", "does not report as it should")]
    [InlineData("head -c 100000 /dev/urandom; sleep 600", "does not report as it should")]
    [InlineData("exec yes", "does not report as it should")]
    [InlineData("exec cat /dev/zero", "a line is longer than 262144 bytes")]
    [InlineData("""echo '{"stage":"measure"}'; echo '{"stage":"open"}'; sleep 600""", "stage Open after Measure")]
    [InlineData("exit 3", "ended with code 3 and without a verdict, while the probe was starting")]
    [InlineData("""echo '{"stage":"load"}'; exit 0""", "ended with code 0 and without a verdict, while the model was being loaded")]
    public async Task Child_that_does_not_keep_to_the_rules_is_a_failed_probe(string script, string detail)
    {
        var report = await RunAsync(script);
        Assert.Equal(ProbeReason.ProbeFailed, report.Reason);
        Assert.Contains(detail, report.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""echo '{"stage":"load"}'; kill -ABRT $$""", ProbeReason.Aborted, 6, "native code aborted while the model was being loaded")]
    [InlineData("""echo "terminate called after throwing an instance of 'std::bad_alloc'" >&2; kill -ABRT $$""", ProbeReason.MemoryExceeded, 6, "std::bad_alloc")]
    [InlineData("kill -SEGV $$", ProbeReason.KilledBySignal, 11, "SIGSEGV")]
    [InlineData("kill -BUS $$", ProbeReason.KilledBySignal, 7, "SIGBUS")]
    [InlineData("kill -XCPU $$", ProbeReason.CpuExceeded, 24, "60 s of CPU time")]
    internal async Task Child_that_dies_is_explained_by_its_signal(string script, ProbeReason reason, int signal, string detail)
    {
        var report = await RunAsync(script);
        Assert.Equal((reason, signal), (report.Reason, report.Signal));
        Assert.Contains(detail, report.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec sleep 600")]
    [InlineData("exec >&-; exec sleep 600")] // closes its output, and goes on in silence
    [InlineData("exec >&- 2>&-; exec sleep 600")]
    public async Task Child_that_does_not_end_is_killed_when_the_time_is_over(string script)
    {
        using var directory = new TempDirectory();
        var report = await RunAsync($"echo $$ >{directory.File("pid")}; {script}", limits: new ProbeLimits { WallSeconds = 3 });
        Assert.Equal(ProbeReason.TimedOut, report.Reason);
        Assert.Equal("not done after 3 s: the probe was starting", report.Detail);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(directory.File("pid"))).Trim()}"));
    }

    [Fact]
    public async Task Flood_on_standard_error_is_drained_and_its_last_lines_kept()
    {
        var report = await RunAsync($$"""
            head -c 3000000 /dev/zero | tr '\0' 'x' >&2
            i=0; while [ $i -lt 5000 ]; do echo "line $i" >&2; i=$((i + 1)); done
            printf 'last\033[31m' >&2
            echo '{"stage":"load"}'
            kill -ABRT $$
            """);
        Assert.Equal(ProbeReason.Aborted, report.Reason);
        Assert.Equal(8, report.StandardError.Count);
        Assert.Equal(["line 4999", "last?[31m"], report.StandardError.TakeLast(2));
        Assert.EndsWith("line 4998 | line 4999 | last?[31m", report.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_above_the_limit_kills_the_child_while_it_grows()
    {
        // Reported as the real child reports it; then a shell that keeps 200 MB in a variable, and would go on for ever.
        var report = await RunAsync(
            """
            echo '{"stage":"first-run","baselineBytes":1000000,"limits":{"memoryBytes":50000000,"memoryFrom":"asked for","addressSpaceBytes":1,"cpuSeconds":60,"wallSeconds":60,"p99Microseconds":1,"p99From":"x","runs":1}}'
            v=$(head -c 200000000 /dev/zero | tr '\0' 'x')
            while :; do sleep 1; done
            """);
        Assert.Equal(ProbeReason.MemoryExceeded, report.Reason);
        Assert.StartsWith("the model took more than 47.7 MiB (asked for) while the first run had not ended; it was stopped at ", report.Detail, StringComparison.Ordinal);
        Assert.InRange(report.Memory!.ModelPeakBytes, 50_000_000, long.MaxValue);
    }

    [Fact]
    public async Task Program_that_cannot_be_started_is_named()
    {
        var probe = new ModelProbe(new InferenceOptions(), TimeProvider.System, new ProbeProgram("/no/such/program", []));
        var report = await probe.RunAsync("/no/bundle.ermodel", new ProbeLimits(), CancellationToken.None);
        Assert.Equal(ProbeReason.ProbeFailed, report.Reason);
        Assert.StartsWith("/no/such/program cannot be started: ", report.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_probe_kills_its_child()
    {
        using var directory = new TempDirectory();
        using var cancellation = new CancellationTokenSource();
        var pid = directory.File("pid");
        var running = RunAsync($"echo $$ >{pid}.new; mv {pid}.new {pid}; exec sleep 600", cancellationToken: cancellation.Token);
        while (!File.Exists(pid) && !running.IsCompleted) await Task.Delay(10);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(Directory.Exists($"/proc/{int.Parse(await File.ReadAllTextAsync(pid), CultureInfo.InvariantCulture)}"));
    }

    [Fact]
    public async Task Secrets_and_the_daemons_sockets_do_not_reach_the_child()
    {
        using var directory = new TempDirectory();
        Environment.SetEnvironmentVariable("EDGERUNNER__Broker__Password", "secret");
        try
        {
            await RunAsync($"env >{directory.File("env")}; echo '{Verdict}'");
        }
        finally
        {
            Environment.SetEnvironmentVariable("EDGERUNNER__Broker__Password", null);
        }

        var environment = await File.ReadAllTextAsync(directory.File("env"));
        Assert.Contains("DOTNET_EnableDiagnostics=0", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", environment, StringComparison.Ordinal);
    }

    private static Task<ProbeReport> RunAsync(string script, ProbeLimits? limits = null, CancellationToken cancellationToken = default) =>
        new ModelProbe(new InferenceOptions(), TimeProvider.System, new ProbeProgram("/bin/sh", ["-c", script]))
            .RunAsync("/no/bundle.ermodel", limits ?? new ProbeLimits { WallSeconds = 60, CpuSeconds = 60 }, cancellationToken);
}
