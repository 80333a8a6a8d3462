using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Sensors;

/// <summary>One run of a program: its standard output as a pipe that can be polled, its standard error in a tail. Disposing kills the whole
/// process tree and reaps it.</summary>
internal sealed class ExecProcess : IDisposable
{
    // Ours, not the program's: secrets of the configuration, and the right to speak to systemd in the daemon's name.
    private static readonly string[] PrivateVariables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];

    private readonly Process _process;
    private readonly PipeStream _output;
    private readonly StandardErrorTail _errors;

    /// <summary>Starts the program.</summary>
    /// <exception cref="Win32Exception">It cannot be started; the message is the kernel's reason.</exception>
    public ExecProcess(ExecSourceOptions options, string name, TimeProvider time, ILogger logger)
    {
        var start = new ProcessStartInfo(options.Command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        foreach (var argument in options.Command.Skip(1))
            start.ArgumentList.Add(argument);
        foreach (var variable in start.Environment.Keys.ToArray())
        {
            if (PrivateVariables.Contains(variable, StringComparer.Ordinal) || variable.StartsWith("EDGERUNNER__", StringComparison.OrdinalIgnoreCase))
                start.Environment.Remove(variable);
        }

        foreach (var (variable, value) in options.Environment)
            start.Environment[variable] = value;
        _process = new Process { StartInfo = start };
        // The pipeline's thread may be pinned; the program shall not sit on the same processor.
        using (CpuAffinity.Widen()) _process.Start();
        // The end of input at once: a program that asks a question gets no terminal and no daemon's input.
        _process.StandardInput.Close();
        _output = (PipeStream)_process.StandardOutput.BaseStream;
        _errors = new StandardErrorTail((PipeStream)_process.StandardError.BaseStream, name, time, logger);
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Last line of standard error.</summary>
    public string? LastErrorLine => _errors.LastLine;

    /// <summary>Waits for output.</summary>
    public bool WaitReadable(int milliseconds) => FileDescriptorPoll.WaitReadable(_output.SafePipeHandle, milliseconds);

    /// <summary>Reads what is there; 0 when the program has closed its output.</summary>
    public int Read(Span<byte> buffer) => _output.Read(buffer);

    /// <summary>After the end of the output: waits a moment for the exit.</summary>
    /// <returns>The exit code, 128 + n after signal n; null when the program goes on running without output.</returns>
    public int? AwaitExit(TimeSpan atMost)
    {
        if (!_process.WaitForExit(atMost))
            return null;
        _errors.Drain(atMost);
        return _process.ExitCode;
    }

    /// <summary>Kills the program and everything it started, and reaps it.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It had exited, or exited between our looks at it: dead is what was wanted.
        }

        // A killed process is gone within milliseconds unless the kernel holds it in a device driver; then it is left to the kernel.
        _process.WaitForExit(TimeSpan.FromSeconds(1));
        _output.Dispose();
        _errors.Dispose();
        _process.Dispose();
    }
}
