using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates.States;

public sealed class SpoiledCopiesTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)] // A flipped bit: back at once.
    [InlineData(2, 10)]
    [InlineData(3, 60)]
    [InlineData(4, 24 * 60)]
    [InlineData(400, 24 * 60)]
    public void Pause_grows_to_a_day(int times, int minutes)
    {
        var record = Record(times);
        var until = minutes == 0 ? (DateTimeOffset?)null : At.AddMinutes(minutes);
        Assert.Equal(until, SpoiledCopies.HeldUntil(record, "a", At));
        Assert.Equal(until, SpoiledCopies.HeldUntil(record, "a", At.AddMinutes(minutes * 0.999)));
        Assert.Null(SpoiledCopies.HeldUntil(record, "a", At.AddMinutes(minutes)));
    }

    [Fact]
    public void Another_release_is_not_held() => Assert.Null(SpoiledCopies.HeldUntil(Record(4), "b", At));

    [Fact]
    public void Clock_that_was_set_back_holds_nothing_for_years()
    {
        Assert.Equal(At.AddDays(1), SpoiledCopies.HeldUntil(Record(4), "a", At.AddMinutes(-1)));
        Assert.Null(SpoiledCopies.HeldUntil(Record(4), "a", At.AddYears(-5)));
    }

    [Fact]
    public void Words_say_how_often_until_when_and_what_helps() => Assert.Equal(
        "the card or disk of this device has spoiled 2.0.0 3 times; it is fetched again at 2026-11-21 11:00:00Z, or now with edgerunner update check --retry. Replace the card",
        SpoiledCopies.Words(Record(3), At.AddHours(1)));

    private static UpdateRecord Record(int times) => new("m", UpdatePhase.Downloading) { Target = new KnownRelease("2.0.0", 2, "a", 1), Spoiled = times, SpoiledAt = times == 0 ? null : At };
}
