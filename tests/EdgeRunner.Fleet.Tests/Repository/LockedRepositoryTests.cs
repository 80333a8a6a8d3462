using EdgeRunner.Fleet.Commands;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary>Commands while somebody else has the lock: a depot takes it for a moment when it starts, a person for as long as they think.</summary>
public sealed class LockedRepositoryTests : IDisposable
{
    private readonly KeyedRepository _repository = new KeyedRepository().Init();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Every_command_that_changes_something_waits_for_who_is_done_in_a_moment()
    {
        Waits(["repo", "renew", "models/main", .. _repository.Signing]);
        Waits("repo", "renew", "targets", "-r", _repository.Path);
        Waits("repo", "sign", "-r", _repository.Path);
        Waits("repo", "drop", "targets", "-r", _repository.Path);
        Waits("device", "enroll", "press-1", PublicKey(), "-g", "plant-a", "-r", _repository.Path);
        Waits("device", "set-groups", "press-1", "-r", _repository.Path);
        Waits("device", "remove", "press-1", "-r", _repository.Path);
    }

    [Fact]
    public void Who_stays_is_told_after_ten_seconds_and_nothing_is_changed()
    {
        using var held = TufRepository.Open(_repository.Path, _repository.Time);
        var time = new WatchedTime(_repository.Time, secondsALook: 2, waiting: null);
        using var error = new StringWriter();

        Assert.Equal(ExitCode.Failed, FleetCommand.Run(["repo", "renew", "targets", "-r", _repository.Path], time, TextWriter.Null, error, new NobodyThere()));

        Assert.Contains("somebody else is changing this repository: ", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, time.Waits); // looked at after 0, 2, 4, 6, 8 and 10 seconds
        Assert.Empty(RepositoryContent.Read(new RepositoryLayout(_repository.Path)).Staged);
    }

    private void Waits(params string[] command)
    {
        using var held = TufRepository.Open(_repository.Path, _repository.Time);
        var time = new WatchedTime(_repository.Time, secondsALook: 0, held.Dispose);
        using var error = new StringWriter();
        var code = FleetCommand.Run(command, time, TextWriter.Null, error, new NobodyThere());
        Assert.True(code is ExitCode.Ok && time.Waits == 1, $"{string.Join(' ', command)}: {code} after {time.Waits} waits: {error}");
    }

    private string PublicKey()
    {
        using var key = DeviceKey.Generate(DeviceKeyKind.Ec);
        var file = _repository.File("device.pub");
        File.WriteAllText(file, key.PublicKey.ToPem());
        return file;
    }

    /// <summary>The clock of the repository, on which no wait takes long.</summary>
    /// <param name="clock">Says what day it is.</param>
    /// <param name="secondsALook">How far it is on at each look.</param>
    /// <param name="waiting">What happens when somebody begins to wait.</param>
    private sealed class WatchedTime(TimeProvider clock, int secondsALook, Action? waiting) : TimeProvider
    {
        private long _seconds;

        internal int Waits { get; private set; }

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => (_seconds += secondsALook) * TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits++;
            waiting?.Invoke();
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
