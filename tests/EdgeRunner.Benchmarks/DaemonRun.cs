using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace EdgeRunner.Benchmarks;

/// <summary>Starts the daemon as systemd does, measures start to ready and memory, asks it for its status, and stops it with SIGTERM.</summary>
internal static class DaemonRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static async Task<int> RunAsync(double seconds, string statusFile, string program, string[] arguments)
    {
        var socketPath = Path.Combine(Path.GetTempPath(), $"bench-{Environment.ProcessId}.notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(socketPath));
        try
        {
            var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (var argument in (string[])["run", .. arguments]) start.ArgumentList.Add(argument);
            start.Environment["NOTIFY_SOCKET"] = socketPath;

            var clock = Stopwatch.StartNew();
            using var daemon = Process.Start(start)!;
            var errors = daemon.StandardError.ReadToEndAsync();
            var output = daemon.StandardOutput.ReadToEndAsync();
            if (!await IsReadyAsync(socket, daemon))
            {
                daemon.Kill();
                Console.Error.WriteLine($"{program} did not become ready:\n{await errors}");
                return 1;
            }
            var ready = clock.Elapsed;
            await Task.Delay(TimeSpan.FromSeconds(seconds));

            var pss = ReadPss(daemon.Id);
            await WriteStatusAsync(program, arguments, statusFile);
            using (var kill = Process.Start("kill", ["-TERM", daemon.Id.ToString()])) await kill.WaitForExitAsync();
            using var deadline = new CancellationTokenSource(Patience);
            await daemon.WaitForExitAsync(deadline.Token);
            Console.WriteLine(JsonSerializer.Serialize(new DaemonStart(ready.TotalMilliseconds, pss, daemon.ExitCode), BenchmarkJsonContext.Default.DaemonStart));
            if (daemon.ExitCode != 0) Console.Error.WriteLine(await errors + await output);
            return daemon.ExitCode;
        }
        finally
        {
            File.Delete(socketPath);
        }
    }

    private static async Task<bool> IsReadyAsync(Socket socket, Process daemon)
    {
        using var deadline = new CancellationTokenSource(Patience);
        var buffer = new byte[4096];
        while (!daemon.HasExited)
        {
            try
            {
                var length = await socket.ReceiveAsync(buffer, deadline.Token);
                if (Encoding.UTF8.GetString(buffer, 0, length).Split('\n').Contains("READY=1")) return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>The <c>Pss:</c> line of <c>/proc/PID/smaps_rollup</c>, in KiB there.</summary>
    private static long ReadPss(int processId) =>
        long.Parse(File.ReadLines($"/proc/{processId}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;

    private static async Task WriteStatusAsync(string program, string[] arguments, string file)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in (string[])["status", "--json", .. arguments]) start.ArgumentList.Add(argument);
        using var status = Process.Start(start)!;
        await File.WriteAllTextAsync(file, await status.StandardOutput.ReadToEndAsync());
        await status.WaitForExitAsync();
    }
}
