using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace EdgeRunner.EndToEnd;

/// <summary>A running <c>edgerunner run</c>, killed by its own id when the test ends.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process _process;
    private readonly string _configuration;
    private readonly StringBuilder _log = new();

    private Daemon(Process process, string configuration)
    {
        _process = process;
        _configuration = configuration;
    }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    public static Daemon Start(string configuration, IReadOnlyDictionary<string, string?>? environment = null, params string[] arguments) =>
        Start([PublishedPrograms.EdgeRunner, "run", "--config", configuration, .. arguments], configuration, environment);

    /// <summary>Starts it through another program, such as <c>prlimit</c>, that becomes the daemon.</summary>
    public static Daemon StartUnder(string[] wrapper, string configuration) =>
        Start([.. wrapper, PublishedPrograms.EdgeRunner, "run", "--config", configuration], configuration, environment: null);

    /// <summary>Starts another program that runs on, such as a depot. It has no <c>status</c>.</summary>
    public static Daemon StartProgram(string[] command) => Start(command, configuration: "", environment: null);

    private static Daemon Start(string[] command, string configuration, IReadOnlyDictionary<string, string?>? environment)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) process.StartInfo.Environment[name] = value;
        var daemon = new Daemon(process, configuration);
        process.ErrorDataReceived += (_, line) => daemon.Keep(line.Data);
        process.OutputDataReceived += (_, line) => daemon.Keep(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return daemon;
    }

    public void Kill() => Signal(SigKill);

    public void Terminate() => Signal(SigTerm);

    public void Stop() => Signal(SigStop);

    public void Continue() => Signal(SigCont);

    /// <summary>Waits for the process to end and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the daemon did not end within {patience}; its log:\n{Log}");
        }

        return _process.ExitCode;
    }

    /// <summary>What <c>edgerunner status --json</c> says, or null when it does not answer.</summary>
    public async Task<JsonElement?> StatusAsync()
    {
        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "status", "--json", "--config", _configuration);
        return run.ExitCode == 0 ? JsonDocument.Parse(run.Output).RootElement : null;
    }

    /// <summary>Asks for the status until <paramref name="reached"/> is true of it.</summary>
    public async Task<JsonElement> WaitUntilAsync(string what, Func<JsonElement, bool> reached, TimeSpan? patience = null)
    {
        var deadline = Stopwatch.StartNew();
        JsonElement? last = null;
        while (deadline.Elapsed < (patience ?? TimeSpan.FromSeconds(60)))
        {
            last = await StatusAsync();
            if (last is { } status && reached(status)) return status;
            await Task.Delay(50);
        }

        throw new TimeoutException($"not reached: {what}; last status: {last}; log:\n{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(SigCont);
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited) _ = SendSignal(_process.Id, signal);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
