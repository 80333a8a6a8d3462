using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeRunner.TestSupport;

/// <summary>A real mosquitto on a free loopback port, with its files in a temporary directory. Keeps the port over restarts.</summary>
public sealed class MosquittoBroker : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly TempDirectory _directory = new();
    private readonly StringBuilder _log = new();
    private Process? _process;

    private MosquittoBroker(MosquittoBrokerOptions options)
    {
        Port = FreePort();
        File.WriteAllText(_directory.File("mosquitto.conf"), options.WholeConfiguration?.Invoke(Port, _directory.Path) ?? Configuration(options));
    }

    /// <summary>Loopback port, the same over restarts.</summary>
    public int Port { get; }

    /// <summary>What the broker logged so far.</summary>
    public string LogText
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Starts a broker and waits until it listens.</summary>
    public static MosquittoBroker Start(MosquittoBrokerOptions? options = null)
    {
        var broker = Prepare(options);
        try
        {
            broker.Restart();
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <summary>Reserves a port and writes the configuration, but starts nothing.</summary>
    public static MosquittoBroker Prepare(MosquittoBrokerOptions? options = null) => new(options ?? new());

    /// <summary>A loopback port that nobody listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Stops the broker if it runs, and starts it again on the same port with the same files.</summary>
    public void Restart()
    {
        Stop();
        var start = new ProcessStartInfo("mosquitto", ["-c", _directory.File("mosquitto.conf")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("mosquitto did not start");
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        WaitUntilItListens();
    }

    /// <summary>Ends the broker with SIGTERM, so that it saves its state and says goodbye.</summary>
    public void Stop() => End("TERM");

    /// <summary>Ends the broker with SIGKILL.</summary>
    public void Kill() => End("KILL");

    /// <summary>Gives the broker other rules, which hold from the next message on; connections stay. Only for one that was started with <see cref="MosquittoBrokerOptions.Acl"/>.</summary>
    public void ChangeAcl(string acl)
    {
        File.WriteAllText(_directory.File("acl"), acl);
        Signal("HUP");
    }

    /// <summary>Freezes the broker: the kernel accepts bytes for it, and nothing is answered.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => Signal("CONT");

    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }

    private void End(string signal)
    {
        if (_process is null) return;
        if (!_process.HasExited)
        {
            Signal(signal);
            Signal("CONT"); // a frozen process dies only when it runs
            if (!_process.WaitForExit(5000)) _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    private void Signal(string signal)
    {
        if (_process is null || _process.HasExited) return;
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    private void Append(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
    }

    private void WaitUntilItListens()
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < StartLimit && _process is { HasExited: false })
        {
            try
            {
                using var probe = new TcpClient();
                probe.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(10);
            }
        }

        throw new InvalidOperationException($"mosquitto does not listen on port {Port}:\n{LogText}");
    }

    private string Configuration(MosquittoBrokerOptions options)
    {
        List<string> lines =
        [
            $"listener {Port} 127.0.0.1",
            "user root", // as root mosquitto would drop to a user that cannot read the temporary directory
            "log_dest stderr",
            "connection_messages true",
            $"allow_anonymous {(options.Users is null ? "true" : "false")}",
            $"persistence {(options.Persistence ? "true" : "false")}",
            $"persistence_location {_directory.Path}/",
            "max_queued_messages 100000", // not 0: with it Debian's 2.0.11 cuts a client after each publish that the ACL denies
        ];
        if (options.Users is { } users)
        {
            var file = _directory.File("passwords");
            File.WriteAllLines(file, users.Select(user => $"{user.Key}:{user.Value}"));
            using var hash = Process.Start("mosquitto_passwd", ["-U", file]);
            hash.WaitForExit();
            lines.Add($"password_file {file}");
        }

        if (options.Acl is { } acl)
        {
            File.WriteAllText(_directory.File("acl"), acl);
            lines.Add($"acl_file {_directory.File("acl")}");
        }

        if (options.Pki is { } pki)
        {
            lines.AddRange([$"cafile {pki.CaFile}", $"certfile {pki.ServerCertificateFile}", $"keyfile {pki.ServerKeyFile}"]);
            if (options.RequireClientCertificate) lines.AddRange(["require_certificate true", "use_identity_as_username true"]);
        }

        return string.Join('\n', lines.Concat(options.ConfigurationLines)) + "\n";
    }
}
