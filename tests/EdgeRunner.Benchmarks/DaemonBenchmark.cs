using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeRunner.Benchmarks;

/// <summary><c>daemon</c>: starts the shipped program as systemd does and takes the time to <c>READY=1</c>, then its memory.</summary>
internal static class DaemonBenchmark
{
    private const int Sigterm = 15;

    internal static DaemonResult Run(string program, string configuration, int starts, TimeSpan settle)
    {
        var result = new DaemonResult(new List<double>(), new List<long>(), new List<long>(), new List<double>());
        for (var i = 0; i < starts; i++) Measure(program, configuration, settle, result);
        return result;
    }

    private static void Measure(string program, string configuration, TimeSpan settle, DaemonResult result)
    {
        var path = Path.Combine(Path.GetTempPath(), $"er-bench-{Environment.ProcessId}.sock");
        File.Delete(path);
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        notify.Bind(new UnixDomainSocketEndPoint(path));
        var start = new ProcessStartInfo(program, ["run", "--config", configuration]) { Environment = { ["NOTIFY_SOCKET"] = path } };
        var began = Stopwatch.GetTimestamp();
        using var daemon = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        try
        {
            var message = new byte[4096];
            while (!Encoding.UTF8.GetString(message, 0, notify.Receive(message)).Split('\n').Contains("READY=1", StringComparer.Ordinal))
            {
                // Something else, such as its state.
            }

            ((List<double>)result.ReadyMilliseconds).Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            Thread.Sleep(settle);
            if (daemon.HasExited) throw new InvalidOperationException($"{program} ended with code {daemon.ExitCode}");
            var memory = File.ReadAllLines($"/proc/{daemon.Id}/smaps_rollup");
            ((List<long>)result.PssKilobytes).Add(Kilobytes(memory, "Pss:"));
            ((List<long>)result.AnonymousKilobytes).Add(Kilobytes(memory, "Pss_Anon:"));
            var stopped = Stopwatch.GetTimestamp();
            _ = Kill(daemon.Id, Sigterm);
            if (!daemon.WaitForExit(10_000)) throw new TimeoutException($"{program} does not end");
            ((List<double>)result.StopMilliseconds).Add(Stopwatch.GetElapsedTime(stopped).TotalMilliseconds);
        }
        finally
        {
            if (!daemon.HasExited) daemon.Kill();
            File.Delete(path);
        }
    }

    private static long Kilobytes(string[] lines, string key)
    {
        var line = lines.First(one => one.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(key.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }

    /// <seealso href="https://man7.org/linux/man-pages/man2/kill.2.html"/>
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
