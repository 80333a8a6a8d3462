using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EdgeRunner.Native.Linux;

/// <summary>Tells systemd how the service is: the <c>sd_notify</c> protocol, datagrams on the Unix socket named by <c>NOTIFY_SOCKET</c>.
/// Without that variable (a terminal, a container) every call does nothing and returns false. No call throws. Thread-safe.</summary>
/// <seealso href="https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html"/>
public sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly System.Net.SocketAddress? _address;

    /// <summary>Made for the given values of the environment; see <see cref="FromEnvironment"/>.</summary>
    /// <param name="notifySocket"><c>NOTIFY_SOCKET</c>: an absolute path, or <c>@name</c> in the abstract namespace; else ignored.</param>
    /// <param name="watchdogMicroseconds"><c>WATCHDOG_USEC</c>: decimal, positive; else no watchdog.</param>
    /// <param name="watchdogProcess"><c>WATCHDOG_PID</c>: when set, the watchdog is only for that process.</param>
    /// <param name="processId">This process.</param>
    public SystemdNotifier(string? notifySocket, string? watchdogMicroseconds, string? watchdogProcess, int processId)
    {
        WatchdogInterval = ParseWatchdog(watchdogMicroseconds, watchdogProcess, processId);
        if (notifySocket is not ['/' or '@', _, ..])
            return;
        try
        {
            _address = new UnixDomainSocketEndPoint(notifySocket[0] == '@' ? "\0" + notifySocket[1..] : notifySocket).Serialize();
            // A full socket of a busy PID 1 must not hang the daemon: a second, then the message is given up.
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
        }
        catch (ArgumentException)
        {
            _address = null; // longer than sun_path (108 bytes): nobody can be listening there
        }
        catch (SocketException)
        {
            _address = null; // no descriptor left or AF_UNIX forbidden: the daemon runs without its manager
        }
    }

    /// <summary>True when somebody asked to be notified.</summary>
    public bool IsActive => _socket is not null;

    /// <summary>Time within which <see cref="Watchdog"/> must be called again (call at half of it), or null when nobody watches.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>Takes the three variables out of this process's environment, so that programs it starts do not speak in its name.</summary>
    public static SystemdNotifier FromEnvironment()
    {
        return new SystemdNotifier(Take("NOTIFY_SOCKET"), Take("WATCHDOG_USEC"), Take("WATCHDOG_PID"), Environment.ProcessId);

        static string? Take(string name)
        {
            var value = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, null);
            return value;
        }
    }

    /// <summary>Start-up is done.</summary>
    /// <param name="status">One line for <c>systemctl status</c>, or null.</param>
    /// <returns>True when the message was handed to the socket.</returns>
    public bool Ready(string? status = null) => Send(status is null ? "READY=1" : $"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>A clean stop has begun.</summary>
    /// <returns>True when the message was handed to the socket.</returns>
    public bool Stopping() => Send("STOPPING=1");

    /// <summary>Still alive. Allocates nothing.</summary>
    /// <returns>True when the message was handed to the socket.</returns>
    public bool Watchdog() => Send("WATCHDOG=1"u8);

    /// <summary>One line for <c>systemctl status</c>; line breaks become spaces, so that text cannot forge another message.</summary>
    /// <returns>True when the message was handed to the socket.</returns>
    public bool Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>Asks for more time for the running start or stop, counted from now.</summary>
    /// <returns>True when the message was handed to the socket.</returns>
    public bool ExtendTimeout(TimeSpan time) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond)}"));

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private static TimeSpan? ParseWatchdog(string? microseconds, string? process, int processId)
    {
        if (!string.IsNullOrEmpty(process)
            && (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var watched) || watched != processId))
            return null;
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value is > 0 and <= long.MaxValue / TimeSpan.TicksPerMicrosecond
                ? TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond)
                : null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\n', ' ').Replace('\r', ' ');

    private bool Send(string message) => Send(Encoding.UTF8.GetBytes(message));

    private bool Send(ReadOnlySpan<byte> message)
    {
        if (_socket is null || _address is null)
            return false;
        try
        {
            return _socket.SendTo(message, SocketFlags.None, _address) == message.Length;
        }
        catch (SocketException)
        {
            return false; // the manager is being restarted or is gone; the next message may get through
        }
        catch (ObjectDisposedException)
        {
            return false; // a late watchdog beat during shutdown
        }
    }
}
