using System.Globalization;
using System.Text;
using EdgeRunner.Device.Updates;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates;

public sealed class UpdateScheduleTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();

    private UpdateSchedule Make(string device = "press-7", double jitterSeconds = 30, int minutes = 60) => new(device, jitterSeconds, minutes, _time);

    private static byte[] Timestamp(long version, string signature = "00")
        => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$$"""{"signatures":[{"keyid":"ab","sig":"{{{signature}}}"}],"signed":{"_type":"timestamp","meta":{"snapshot.json":{"version":77}},"version":{{{version}}}}}"""));

    private UpdateSchedule Checked(string device = "press-7", double jitterSeconds = 30)
    {
        var schedule = Make(device, jitterSeconds);
        schedule.OnTimestamp(Timestamp(1));
        _time.Advance(schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out _));
        schedule.OnChecked(succeeded: true);
        _time.Advance(TimeSpan.FromMinutes(2));
        return schedule;
    }

    [Fact]
    public void Jitter_is_the_same_for_the_same_device_and_below_the_window_for_all()
        => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>(), id =>
        {
            var jitter = Make(id.Get).Jitter;
            return jitter >= TimeSpan.Zero && jitter < Window && Make(id.Get).Jitter == jitter;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Jitter_spreads_a_fleet_evenly()
    {
        var tenths = new int[10];
        for (var i = 0; i < 10_000; i++) tenths[(int)(Make($"box-{i}").Jitter / Window * 10)]++;
        Assert.All(tenths, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void The_first_check_comes_at_the_jitter_and_its_chunks_at_the_end_of_the_window()
    {
        var schedule = Make();
        Assert.Equal(schedule.Jitter, schedule.CheckDelay);
        Assert.False(schedule.TryBegin(out _));
        _time.Advance(schedule.Jitter + Tick);
        Assert.True(schedule.TryBegin(out var trigger));
        Assert.Equal(UpdateTrigger.Start, trigger);
        Assert.Equal(Window - schedule.Jitter - Tick, schedule.BulkDelay);
        Assert.False(schedule.TryBegin(out _));
    }

    [Fact]
    public void All_devices_woken_by_one_timestamp_begin_with_chunks_at_one_time()
    {
        var schedules = Enumerable.Range(0, 20).Select(i => Make($"box-{i}")).ToList();
        _time.Advance(TimeSpan.FromMinutes(1));
        foreach (var schedule in schedules) Assert.True(schedule.TryBegin(out _));
        foreach (var schedule in schedules) schedule.OnTimestamp(Timestamp(2));
        var wokenAt = _time.GetUtcNow();
        List<DateTimeOffset> bulk = [];
        while (bulk.Count < 20)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            foreach (var schedule in schedules)
            {
                if (schedule.TryBegin(out var trigger) && trigger == UpdateTrigger.Timestamp) bulk.Add(_time.GetUtcNow() + schedule.BulkDelay);
            }
        }

        Assert.All(bulk, at => Assert.Equal(wokenAt + Window, at));
    }

    [Fact]
    public async Task A_check_that_is_under_way_when_all_are_woken_begins_with_chunks_when_they_do()
    {
        // The one was woken by its start, and sees the new release before it hears of it; the other is at rest.
        var (early, other) = (Make("box-1"), Checked("box-2"));
        early.OnTimestamp(Timestamp(1));
        _time.Advance(early.CheckDelay);
        Assert.True(early.TryBegin(out _));
        Assert.InRange(early.BulkDelay, TimeSpan.Zero, Window - Tick);
        foreach (var schedule in (UpdateSchedule[])[early, other]) schedule.OnTimestamp(Timestamp(2));
        early.OnChecked(succeeded: true);

        var chunks = early.WaitForBulkAsync(default);
        await AdvanceAsync(other.CheckDelay, chunks);
        Assert.True(other.TryBegin(out _));
        Assert.Equal(other.BulkDelay, early.BulkDelay);
        await AdvanceAsync(early.BulkDelay - Tick, chunks);
        Assert.False(chunks.IsCompleted);
        await AdvanceAsync(Tick, chunks);
        Assert.True(chunks.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Timestamps_without_end_hold_up_chunks_for_three_windows_at_most()
    {
        var schedule = Checked();
        schedule.OnTimestamp(Timestamp(2));
        _time.Advance(schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out _));
        var chunks = schedule.WaitForBulkAsync(default);
        for (var version = 3; version < 3 + 89; version++)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(1), chunks);
            await ChangeAsync(() =>
            {
                var before = schedule.CheckDelay;
                schedule.OnTimestamp(Timestamp(version));
                return schedule.CheckDelay < before;
            }, chunks);
            await ChangeAsync(() => schedule.TryBegin(out _), chunks);
            schedule.OnChecked(succeeded: true);
        }

        await AdvanceAsync(TimeSpan.FromSeconds(1) - Tick, chunks);
        Assert.False(chunks.IsCompleted);
        await AdvanceAsync(Tick, chunks);
        Assert.True(chunks.IsCompletedSuccessfully);
    }

    [Fact]
    public void All_devices_that_a_moment_wakes_ask_one_after_the_other_and_begin_with_chunks_at_one_time()
    {
        var schedules = Enumerable.Range(0, 20).Select(i => Checked($"box-{i}")).ToList();
        // One of them would have checked soon by itself.
        var soon = Make("box-soon");
        _time.Advance(soon.CheckDelay / 2);
        schedules.Add(soon);
        var wokenAt = _time.GetUtcNow();
        foreach (var schedule in schedules) schedule.OnNeed();
        Assert.All(schedules[..20], schedule => Assert.Equal(schedule.Jitter, schedule.CheckDelay));
        List<DateTimeOffset> bulk = [];
        List<UpdateTrigger> triggers = [];
        while (bulk.Count < schedules.Count)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            foreach (var schedule in schedules)
            {
                if (!schedule.TryBegin(out var trigger)) continue;
                triggers.Add(trigger);
                bulk.Add(_time.GetUtcNow() + schedule.BulkDelay);
            }
        }

        Assert.All(bulk, at => Assert.Equal(wokenAt + Window, at));
        Assert.DoesNotContain(UpdateTrigger.Manual, triggers);
    }

    [Fact]
    public void A_need_of_the_device_takes_nothing_from_a_person_and_is_no_check_more_than_one_a_second()
    {
        var schedule = Checked(jitterSeconds: 0);
        schedule.Ask();
        schedule.OnNeed();
        Assert.True(schedule.TryBegin(out var trigger));
        Assert.Equal((UpdateTrigger.Manual, TimeSpan.Zero), (trigger, schedule.BulkDelay));
        schedule.OnNeed();
        Assert.Equal(TimeSpan.FromSeconds(1), schedule.CheckDelay);
    }

    [Fact]
    public void A_timestamp_wakes_only_when_its_version_is_another()
    {
        var schedule = Checked();
        var before = schedule.CheckDelay;
        schedule.OnTimestamp(Timestamp(1));
        schedule.OnTimestamp(Timestamp(1, "ff")); // another depot signed the same
        Assert.Equal(before, schedule.CheckDelay);
        schedule.OnTimestamp(Timestamp(2));
        Assert.Equal(schedule.Jitter, schedule.CheckDelay);
        _time.Advance(schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out var trigger));
        Assert.Equal(UpdateTrigger.Timestamp, trigger);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("{\"signed\":{\"version\":\"7\"}}")]
    [InlineData("{\"signed\":7,\"version\":8}")]
    [InlineData("{\"signed\":{\"version\":99999999999999999999}}")]
    public void Whatever_is_on_the_topic_wakes_once_and_breaks_nothing(string payload)
    {
        var schedule = Checked();
        schedule.OnTimestamp(Encoding.UTF8.GetBytes(payload));
        Assert.Equal(schedule.Jitter, schedule.CheckDelay);
        _time.Advance(schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out _));
        var before = schedule.CheckDelay;
        schedule.OnTimestamp(Encoding.UTF8.GetBytes(payload));
        Assert.Equal(before, schedule.CheckDelay);
    }

    [Fact]
    public void The_first_timestamp_before_the_first_check_is_no_news()
    {
        var schedule = Make();
        _time.Advance(schedule.Jitter / 2);
        var before = schedule.CheckDelay;
        schedule.OnTimestamp(Timestamp(9));
        Assert.Equal(before, schedule.CheckDelay);
        _time.Advance(schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out var trigger));
        Assert.Equal(UpdateTrigger.Start, trigger);
    }

    [Fact]
    public void The_interval_keeps_devices_together_that_were_woken_together()
    {
        UpdateSchedule[] schedules = [Make("box-1"), Make("box-2"), Make("box-3")];
        var start = _time.GetUtcNow();
        List<DateTimeOffset> bulk = [];
        while (bulk.Count < 6)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            foreach (var schedule in schedules)
            {
                if (schedule.TryBegin(out _)) bulk.Add(_time.GetUtcNow() + schedule.BulkDelay);
            }
        }

        Assert.Equal([start + Window, start + Window + TimeSpan.FromHours(1)], bulk.Distinct());
    }

    [Fact]
    public void A_person_waits_for_nothing()
    {
        var schedule = Checked();
        schedule.Ask();
        Assert.Equal(TimeSpan.Zero, schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out var trigger));
        Assert.Equal(UpdateTrigger.Manual, trigger);
        Assert.Equal(TimeSpan.Zero, schedule.BulkDelay);

        schedule.OnTimestamp(Timestamp(2));
        Assert.Equal(TimeSpan.Zero, schedule.BulkDelay); // of the person's check
        _time.Advance(schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out _));
        Assert.True(schedule.BulkDelay > TimeSpan.Zero);
        schedule.Ask(); // also while chunks are waited for
        Assert.Equal(TimeSpan.Zero, schedule.BulkDelay);
    }

    [Fact]
    public void A_flood_of_timestamps_neither_starves_a_check_nor_makes_more_than_one_a_second()
    {
        var schedule = Checked(jitterSeconds: 0);
        var begun = 0;
        for (var i = 0; i < 10_000; i++)
        {
            schedule.OnTimestamp(Timestamp(10 + i));
            if (schedule.TryBegin(out _)) begun++;
            _time.Advance(Tick);
        }

        Assert.InRange(begun, 9, 11);
    }

    [Fact]
    public void Failed_checks_are_repeated_less_and_less_often_and_at_least_each_interval()
    {
        var schedule = Checked();
        List<double> delays = [];
        for (var i = 0; i < 12; i++)
        {
            schedule.Ask();
            Assert.True(schedule.TryBegin(out _));
            schedule.OnChecked(succeeded: false);
            delays.Add(schedule.CheckDelay.TotalSeconds);
        }

        Assert.InRange(delays[0], 15, 30);
        Assert.Equal(delays[0] * 2, delays[1], precision: 3);
        Assert.All(delays, delay => Assert.InRange(delay, 15, 3600));
        Assert.InRange(delays[^1], 1800, 3600);
        _time.Advance(schedule.CheckDelay);
        Assert.True(schedule.TryBegin(out var trigger));
        Assert.Equal(UpdateTrigger.Retry, trigger);
        schedule.OnChecked(succeeded: true);
        schedule.Ask();
        Assert.True(schedule.TryBegin(out _));
        schedule.OnChecked(succeeded: false);
        Assert.Equal(delays[0], schedule.CheckDelay.TotalSeconds, precision: 3);
    }

    [Fact]
    public async Task Waiting_ends_when_the_time_has_come_when_a_person_asks_and_when_it_is_cancelled()
    {
        var schedule = Make();
        var first = schedule.WaitForCheckAsync(default);
        Assert.False(first.IsCompleted);
        _time.Advance(schedule.CheckDelay);
        Assert.Equal(UpdateTrigger.Start, await first);

        var bulk = schedule.WaitForBulkAsync(default);
        Assert.False(bulk.IsCompleted);
        schedule.Ask();
        await bulk;
        Assert.Equal(UpdateTrigger.Manual, await schedule.WaitForCheckAsync(default));

        using var cancellation = new CancellationTokenSource();
        var next = schedule.WaitForCheckAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    // Who waits goes on on the pool, and must have set its timer anew before the clock moves again: else that is due too late.
    private async Task AdvanceAsync(TimeSpan time, Task waiting)
    {
        var target = _time.GetUtcNow() + time;
        while (!waiting.IsCompleted && _time.NextDue is { } due && due <= target)
        {
            await ChangeAsync(() =>
            {
                _time.Advance(due - _time.GetUtcNow());
                return true;
            }, waiting);
        }

        _time.Advance(target - _time.GetUtcNow());
    }

    // Something that wakes who waits, or not; then it is waited until it sleeps again, or is done.
    private async Task ChangeAsync(Func<bool> wakes, Task waiting)
    {
        var armed = _time.Armed;
        if (!wakes()) return;
        for (var i = 0; _time.Armed == armed && !waiting.IsCompleted; i++)
        {
            Assert.True(i < 6_000, "it neither goes on waiting nor ends");
            await Task.Delay(5);
        }
    }
}
