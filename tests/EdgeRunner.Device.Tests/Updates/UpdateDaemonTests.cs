using System.Diagnostics;
using System.Text;
using System.Text.Json;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>The whole: a signed repository in a directory, and a daemon in a process of its own with a pipeline that runs.</summary>
public sealed class UpdateDaemonTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Group = "lab";

    private readonly TempDirectory _directory = new();
    private readonly PipelineRig _rig = new();
    private readonly StringBuilder _log = new();
    private Process? _daemon;

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_daemon is { HasExited: false })
        {
            _daemon.Kill();
            await _daemon.WaitForExitAsync();
        }

        _daemon?.Dispose();
        _rig.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Empty_device_installs_swaps_and_refuses_and_its_pipeline_goes_on()
    {
        using var repository = await SignedRepository.CreateAsync(TimeProvider.System);
        await ReleaseAsync(repository, 1, golden: 2);
        Start(repository);

        await UntilAsync(report => report is { Phase: "committed", Version: "1.0.0" });
        await UntilAsync(status => status.Pipelines[0] is { Model: "tiny 1.0.0", Windows: > 0 });

        await ReleaseAsync(repository, 2, golden: 2);
        await CheckAsync();
        await UntilAsync(report => report is { Phase: "committed", Version: "2.0.0", From: "1.0.0" });
        var swapped = await StatusAsync();
        Assert.Equal("tiny 2.0.0", swapped!.Pipelines[0].Model);
        Assert.Equal(Device.Swaps.SwapOutcome.Swapped, swapped.Pipelines[0].LastSwap!.Outcome);

        await ReleaseAsync(repository, 3, golden: 3);
        await CheckAsync();
        await UntilAsync(report => report is { Phase: "rejected", Version: "3.0.0", ReasonCode: "golden-mismatch", Desired: "3.0.0" });
        var before = (await StatusAsync())!.Pipelines[0].Windows;
        await UntilAsync(status => status.Pipelines[0] is { Model: "tiny 2.0.0" } pipeline && pipeline.Windows > before);
        // Written after the state is shown.
        await UntilAsync((DaemonStatus _) => File.ReadAllText(_directory.File("log/status.log")).Contains("update tiny: 3.0.0 rejected", StringComparison.Ordinal));
        var lines = await File.ReadAllTextAsync(_directory.File("log/status.log"));
        Assert.Contains("update tiny: 2.0.0 committed, in place of 1.0.0", lines, StringComparison.Ordinal);
        Assert.Contains("update tiny: 3.0.0 rejected: golden-mismatch: ", lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_device_without_a_broker_waits_for_its_first_release_and_says_so()
    {
        using var repository = await SignedRepository.CreateAsync(TimeProvider.System);
        Configure(repository, source: "mqtt", broker: """{ "host": "127.0.0.1", "port": 1 }""");
        foreach (var command in (string[][])[["status"], ["update", "check"]])
        {
            using var program = Command([.. command, "--json"]);
            var answer = JsonDocument.Parse(await program.StandardOutput.ReadToEndAsync()).RootElement;
            await program.WaitForExitAsync();
            Assert.Equal((69, false, "daemon-not-running"), (program.ExitCode, answer.GetProperty("done").GetBoolean(), answer.GetProperty("code").GetString()));
            Assert.Contains("systemctl status edgerunner", answer.GetProperty("words").GetString(), StringComparison.Ordinal);
        }

        Run();
        await UntilAsync((DaemonStatus status) => status.Components.Any(one => one is { Component: "pipeline p", State: ComponentState.Degraded }
            && one.Reason.StartsWith($"waits for the first release of tiny to group {Group}", StringComparison.Ordinal)));
        Assert.DoesNotContain("pipeline p: failed", await File.ReadAllTextAsync(_directory.File("log/status.log")), StringComparison.Ordinal);

        using var check = Command("update", "check");
        Assert.Matches("^edgerunner: waiting for the broker 127.0.0.1:1 since [0-9]+ s, at most 120 s; last error: No broker answers at 127.0.0.1:1", await check.StandardError.ReadLineAsync());
        check.Kill();
        await check.WaitForExitAsync();
    }

    [Theory]
    [InlineData(1, "nothing of model tinny; no update has ended on this device yet", "update", "history", "tinny", "--json")]
    [InlineData(1, "nothing of model tinny is on this device; no model is", "model", "unpin", "tinny", "--json")]
    [InlineData(1, "Could not find file '/nosuch'. `edgerunner device-key generate` makes a key", "device-key", "show", "--file", "/nosuch", "--json")]
    [InlineData(2, "names do not begin with -", "model", "unpin", "--josn")]
    public async Task Name_that_is_mistyped_is_told_and_fails_in_json_too(int exitCode, string words, params string[] command)
    {
        using var repository = await SignedRepository.CreateAsync(TimeProvider.System);
        Configure(repository, repository.Path, "{}");
        using var program = Command(command);
        var (said, complained) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();

        Assert.Equal(exitCode, program.ExitCode);
        if (exitCode == 1) Assert.Equal(words, JsonDocument.Parse(await said).RootElement.GetProperty("words").GetString());
        else Assert.Contains(words, await complained, StringComparison.Ordinal);
    }

    private async Task ReleaseAsync(SignedRepository repository, int number, float golden)
    {
        var version = $"{number}.0.0";
        var bundle = TinyModels.Pack(_rig, "identity_float32", version, golden: golden);
        await repository.AddReleaseAsync("tiny", version, number, await File.ReadAllBytesAsync(bundle));
        await repository.SetDesiredAsync(SignedRepository.Desired(Group, "tiny", version, number));
    }

    private void Start(SignedRepository repository)
    {
        Configure(repository, repository.Path, "{}");
        Run();
    }

    private void Configure(SignedRepository repository, string source, string broker)
    {
        var values = _directory.File("values.csv");
        File.WriteAllText(values, "x\n" + string.Concat(Enumerable.Repeat("1\n2\n", 50)));
        File.WriteAllText(_directory.File("edgerunner.json"), $$"""
            {
              "device": { "id": "board-1", "fleet": "test" },
              "storage": { "stateDirectory": "{{_directory.File("state")}}", "runtimeDirectory": "{{_directory.File("run")}}", "cacheDirectory": "{{_directory.File("cache")}}", "logDirectory": "{{_directory.File("log")}}" },
              "broker": {{broker}},
              "logging": { "repeatsPerMinute": 0 },
              "inference": { "onnxRuntime": "{{TestPaths.OnnxRuntimeLibrary}}" },
              "updates": { "group": "{{Group}}", "rootFile": "{{repository.RootFile}}", "sources": ["{{source}}"], "jitterSeconds": 0, "trustSystemClock": true, "reserveBytes": 0,
                "trial": { "windows": 20, "minutes": 1, "maxErrorRate": 1, "maxLatencyRatio": 1000 } },
              "pipelines": { "p": {
                "source": { "kind": "replay", "file": "{{values}}", "format": "csv", "columns": ["x"], "sampleRateHz": 50, "pace": "real-time", "loop": true },
                "window": { "length": 1 }, "model": { "name": "tiny" }, "decision": { "kind": "threshold", "threshold": 1000 } } }
            }
            """);
    }

    private Process Command(params string[] arguments)
    {
        var process = Program(arguments);
        process.Start();
        return process;
    }

    private Process Program(params string[] arguments)
    {
        var mine = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(mine.Parent!.Parent!.FullName, "EdgeRunner.Device", mine.Name, "edgerunner.dll");
        return new Process { StartInfo = new ProcessStartInfo("dotnet", ["exec", program, .. arguments, "--config", _directory.File("edgerunner.json")]) { RedirectStandardError = true, RedirectStandardOutput = true } };
    }

    private void Run()
    {
        _daemon = Program("run");
        _daemon.ErrorDataReceived += (_, line) => Keep(line.Data);
        _daemon.OutputDataReceived += (_, line) => Keep(line.Data);
        _daemon.Start();
        _daemon.BeginErrorReadLine();
        _daemon.BeginOutputReadLine();
    }

    private void Keep(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }

    private async Task<DaemonStatus?> StatusAsync()
    {
        try
        {
            using var client = new ControlSocketClient(ControlSocket.PathIn(_directory.File("run")));
            return await client.GetAsync("/v1/status", StatusJsonContext.Default.DaemonStatus, default);
        }
        catch (DaemonUnavailableException)
        {
            return null; // Not yet up.
        }
    }

    private async Task CheckAsync()
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(ControlSocket.PathIn(_directory.File("run"))), stop);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("http://localhost" + UpdateEndpoints.CheckPath, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task UntilAsync(Func<UpdateReport, bool> condition) => UntilAsync(status => status.Updates!.Models.Any(condition));

    private async Task UntilAsync(Func<DaemonStatus, bool> condition)
    {
        DaemonStatus? status = null;
        for (var i = 0; i < 1_200; i++)
        {
            if ((status = await StatusAsync()) is not null && condition(status)) return;
            Assert.False(_daemon!.HasExited, $"the daemon has ended:\n{Told()}");
            await Task.Delay(50);
        }

        Assert.Fail($"it did not happen in 60 s; updates: {string.Join("; ", status?.Updates?.Models ?? [])}; {status?.Updates?.Problem}\n{Told()}");
    }

    private string Told()
    {
        lock (_log) return _log.ToString();
    }
}
