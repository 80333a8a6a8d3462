using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text.Json;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Probing;

/// <summary>The child as a process: its pipes, its memory, its end. Disposing kills and reaps it.</summary>
internal sealed class ProbeChildProcess : IDisposable
{
    // Ours, not the child's: secrets of the configuration, and the right to speak to systemd in the daemon's name.
    private static readonly string[] PrivateVariables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];

    private readonly Process _process;

    /// <summary>Starts it and gives it the request.</summary>
    /// <exception cref="Win32Exception">It cannot be started; the message is the kernel's reason.</exception>
    public ProbeChildProcess(ProbeProgram program, ProbeRequest request)
    {
        var start = new ProcessStartInfo(program.File, program.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in start.Environment.Keys.ToArray())
        {
            if (PrivateVariables.Contains(variable, StringComparer.Ordinal) || variable.StartsWith("EDGERUNNER__", StringComparison.OrdinalIgnoreCase))
                start.Environment.Remove(variable);
        }

        // No diagnostics socket, no second mapping of code through a file, no dump, no collector thread beside the one that is measured.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        _process = new Process { StartInfo = start };
        _process.Start();
        Output = (PipeStream)_process.StandardOutput.BaseStream;
        Errors = (PipeStream)_process.StandardError.BaseStream;
        try
        {
            // A few hundred bytes, which the pipe takes whether or not anybody reads them.
            using var input = _process.StandardInput.BaseStream;
            JsonSerializer.Serialize(input, request, ProbePipeJsonContext.Default.ProbeRequest);
        }
        catch (IOException)
        {
            // It has ended already, or closed its input: its end says more than this.
        }
    }

    /// <summary>What it reports.</summary>
    public PipeStream Output { get; }

    /// <summary>Its standard error.</summary>
    public PipeStream Errors { get; }

    /// <summary>Its memory now; null when it has ended.</summary>
    public ProcessStatus? Memory => ProcessStatus.Read(_process.Id);

    /// <summary>Waits for its end.</summary>
    /// <returns>Exit code, 128 + n after signal n; null when it runs on.</returns>
    public int? AwaitExit(TimeSpan atMost) => _process.WaitForExit(atMost) ? _process.ExitCode : null;

    /// <summary>Kills it, with everything in its group.</summary>
    public void Kill()
    {
        // Once it has exited the id may be somebody else's.
        if (!_process.HasExited) ProcessGroup.Kill(_process.Id);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        // Gone within milliseconds unless the kernel holds it; then it is left to the kernel.
        _process.WaitForExit(TimeSpan.FromSeconds(1));
        Output.Dispose();
        Errors.Dispose();
        _process.Dispose();
    }
}
