using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Tests.Updates;

public sealed class RetryPausesTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Pauses_grow_to_an_hour_and_begin_anew_with_another_release()
    {
        var pauses = new RetryPauses(1, _time);
        Assert.Null(pauses.Next);
        Assert.True(pauses.IsDue("m", "a"));
        List<double> seconds = [];
        for (var i = 0; i < 12; i++) seconds.Add(pauses.Add("m", "a", UpdateReasons.Storage).TotalSeconds);
        Assert.Equal([15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600], seconds);
        Assert.False(pauses.IsDue("m", "a"));
        Assert.True(pauses.IsDue("m", "b"));
        Assert.Equal(TimeSpan.FromHours(1), pauses.Next);
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(TimeSpan.FromMinutes(10), pauses.Next);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(pauses.IsDue("m", "a"));
        Assert.Null(pauses.Next);
        Assert.Equal(15, pauses.Add("m", "b", UpdateReasons.Storage).TotalSeconds);
    }

    [Fact]
    public void Probe_that_took_the_last_memory_of_the_device_is_not_made_again_for_half_an_hour()
    {
        Assert.Equal(TimeSpan.FromMinutes(30), new RetryPauses(0, _time).Add("m", "a", "memory-exceeded"));
    }

    [Fact]
    public void Answer_of_the_repository_ends_the_pauses_that_waited_for_it_and_a_person_ends_all()
    {
        var pauses = new RetryPauses(0, _time);
        Assert.Equal(7.5, pauses.Add("m", "a", UpdateReasons.Unavailable).TotalSeconds);
        pauses.Add("n", "b", UpdateReasons.Storage);
        pauses.End(all: false);
        Assert.Equal((true, false), (pauses.IsDue("m", "a"), pauses.IsDue("n", "b")));
        pauses.End(all: true);
        Assert.True(pauses.IsDue("n", "b"));
    }
}
