using System.Diagnostics;
using System.Globalization;
using EdgeRunner.Device.Health;

namespace EdgeRunner.Device.Tests.Health;

public sealed class InstanceLockTests : IDisposable
{
    private readonly TempDirectory _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public void Second_daemon_is_refused_with_the_id_of_the_first_until_that_ends()
    {
        using (InstanceLock.Take(_state.Path))
        {
            var refused = Assert.Throws<InstanceLockedException>(() => InstanceLock.Take(_state.Path));
            Assert.Contains($"another edgerunner (process {Environment.ProcessId}) is using {_state.Path}", refused.Message, StringComparison.Ordinal);
        }

        InstanceLock.Take(_state.Path).Dispose();
    }

    [Fact]
    public void Lock_of_a_process_that_is_killed_is_free_at_once()
    {
        // flock(1) takes the same lock as a daemon does.
        using var holder = Process.Start(new ProcessStartInfo("flock", ["--exclusive", "--no-fork", _state.File("edgerunner.lock"), "sleep", "60"]))!;
        File.WriteAllText(_state.File("edgerunner.pid"), holder.Id.ToString(CultureInfo.InvariantCulture));
        Assert.True(SpinWait.SpinUntil(IsTaken, TimeSpan.FromSeconds(10)));
        Assert.Contains($"process {holder.Id}", Assert.Throws<InstanceLockedException>(() => InstanceLock.Take(_state.Path)).Message, StringComparison.Ordinal);

        holder.Kill();
        holder.WaitForExit();

        InstanceLock.Take(_state.Path).Dispose();
    }

    [Fact]
    public void Directory_that_cannot_be_written_is_not_mistaken_for_another_daemon()
    {
        Directory.CreateDirectory(_state.File("edgerunner.lock"));
        Assert.Throws<UnauthorizedAccessException>(() => InstanceLock.Take(_state.Path));

        File.WriteAllText(_state.File("file"), "");
        Assert.ThrowsAny<IOException>(() => InstanceLock.Take(_state.File("file")));
    }

    [Fact]
    public void Process_id_that_cannot_be_written_leaves_no_lock_behind()
    {
        Directory.CreateDirectory(_state.File("edgerunner.pid"));
        Assert.Throws<UnauthorizedAccessException>(() => InstanceLock.Take(_state.Path));
        Directory.Delete(_state.File("edgerunner.pid"));

        InstanceLock.Take(_state.Path).Dispose();
    }

    private bool IsTaken()
    {
        try
        {
            using var file = new FileStream(_state.File("edgerunner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
