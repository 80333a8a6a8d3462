using System.Net.Sockets;
using System.Text;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class SystemdNotifierTests
{
    private static Socket Listen(string address)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        socket.Bind(new UnixDomainSocketEndPoint(address));
        return socket;
    }

    private static string Receive(Socket socket)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }

    [Fact]
    public void Every_message_arrives_on_a_socket_in_the_file_system()
    {
        using var directory = new TempDirectory();
        var path = directory.File("notify");
        using var manager = Listen(path);
        using var notifier = new SystemdNotifier(path, null, null, 1);

        Assert.True(notifier.IsActive);
        Assert.True(notifier.Ready());
        Assert.Equal("READY=1", Receive(manager));
        Assert.True(notifier.Ready("2 pipelines"));
        Assert.Equal("READY=1\nSTATUS=2 pipelines", Receive(manager));
        Assert.True(notifier.Watchdog());
        Assert.Equal("WATCHDOG=1", Receive(manager));
        Assert.True(notifier.ExtendTimeout(TimeSpan.FromSeconds(1.5)));
        Assert.Equal("EXTEND_TIMEOUT_USEC=1500000", Receive(manager));
        Assert.True(notifier.Stopping());
        Assert.Equal("STOPPING=1", Receive(manager));
    }

    [Fact]
    public void A_message_arrives_on_an_abstract_socket()
    {
        var name = $"edgerunner-test-{Guid.NewGuid():N}";
        using var manager = Listen("\0" + name);
        using var notifier = new SystemdNotifier("@" + name, null, null, 1);

        Assert.True(notifier.Ready());
        Assert.Equal("READY=1", Receive(manager));
    }

    [Theory]
    [InlineData("a\nREADY=1")]
    [InlineData("a\r\nREADY=1")]
    [InlineData("a\rREADY=1")]
    public void A_status_with_line_breaks_cannot_forge_another_message(string status)
    {
        using var directory = new TempDirectory();
        using var manager = Listen(directory.File("n"));
        using var notifier = new SystemdNotifier(directory.File("n"), null, null, 1);

        Assert.True(notifier.Status(status));
        Assert.Equal("STATUS=a READY=1", Receive(manager));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("@")]
    [InlineData("relative")]
    [InlineData("vsock:2:1234")]
    public void Without_a_usable_socket_every_call_says_no_and_none_throws(string? socket)
    {
        using var notifier = new SystemdNotifier(socket, null, null, 1);

        Assert.False(notifier.IsActive);
        Assert.False(notifier.Ready("x") || notifier.Status("x") || notifier.Watchdog() || notifier.Stopping()
            || notifier.ExtendTimeout(TimeSpan.MinValue));
    }

    [Fact]
    public void A_socket_that_is_too_long_or_gone_or_disposed_says_no()
    {
        using var tooLong = new SystemdNotifier("/" + new string('x', 200), null, null, 1);
        using var gone = new SystemdNotifier("/nonexistent/notify", null, null, 1);
        Assert.False(tooLong.Ready());
        Assert.False(gone.Ready());
        gone.Dispose();
        Assert.False(gone.Watchdog());
    }

    [Theory]
    [InlineData("30000000", null, 30_000.0)]
    [InlineData("30000000", "42", 30_000.0)]
    [InlineData("30000000", "", 30_000.0)]
    [InlineData("30000000", "43", null)]
    [InlineData("30000000", "x", null)]
    [InlineData("1500", null, 1.5)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("99999999999999999999", null, null)]
    [InlineData("9223372036854775807", null, null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public void The_watchdog_interval_is_read_only_when_it_is_meant_for_us(string? microseconds, string? process, double? milliseconds)
    {
        using var notifier = new SystemdNotifier(null, microseconds, process, 42);
        Assert.Equal(milliseconds, notifier.WatchdogInterval?.TotalMilliseconds);
    }

    [Fact]
    public void The_environment_no_longer_holds_the_variables_after_they_were_taken()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", "@nobody");
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "1000");
        using var notifier = SystemdNotifier.FromEnvironment();

        Assert.True(notifier.IsActive);
        Assert.Equal(TimeSpan.FromMilliseconds(1), notifier.WatchdogInterval);
        Assert.Null(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
        Assert.Null(Environment.GetEnvironmentVariable("WATCHDOG_USEC"));
    }

    [Fact]
    public void A_watchdog_beat_allocates_nothing()
    {
        using var directory = new TempDirectory();
        using var manager = Listen(directory.File("n"));
        using var notifier = new SystemdNotifier(directory.File("n"), null, null, 1);
        Assert.Equal(0, Allocations.Of(() => notifier.Watchdog()));
    }
}
