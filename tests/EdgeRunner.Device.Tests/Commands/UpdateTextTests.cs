using EdgeRunner.Device.Commands;
using EdgeRunner.Device.Updates;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Tests.Commands;

public sealed class UpdateTextTests
{
    private static readonly UpdateReport Downloading = new("tiny", "downloading")
    {
        Version = "1.1.0", From = "1.0.0", Desired = "1.1.0", BytesDone = 5 << 20, BytesTotal = 20 << 20, BytesPerSecond = 1 << 20, RemainingSeconds = 15, BytesReused = 2 << 20, Transport = "mqtt",
    };

    [Fact]
    public void Line_of_a_model_says_how_far_it_is()
    {
        Assert.Equal(
            "tiny 1.1.0  downloading  [######..................]  25 %  5.0 MiB of 20.0 MiB  1.0 MiB/s  15 s left  2.0 MiB were here  mqtt", UpdateText.Line(Downloading));
        Assert.Equal("tiny 1.1.0  trial  [############............]  50 %  500 of 1000 windows",
            UpdateText.Line(new UpdateReport("tiny", "trial") { Version = "1.1.0", TrialWindows = 500, TrialWindowsWanted = 1_000 }));
        Assert.Equal("tiny 1.1.0  rejected: too slow", UpdateText.Line(new UpdateReport("tiny", "rejected") { Version = "1.1.0", Reason = "too slow" }));
    }

    [Fact]
    public void Status_shows_what_the_group_wants_and_why_a_check_failed()
    {
        using var text = new StringWriter();
        UpdateText.Write(
            new UpdateStatus("line-1", [Downloading, new UpdateReport("wine", "committed") { Version = "2.0.0", Pinned = true, Desired = "2.1.0" }])
            {
                ProblemCode = UpdateReasons.Unavailable, Problem = "nobody answers", NextCheckSeconds = 90,
            }, text);

        Assert.StartsWith("group line-1  last check not yet  next in 1 min 30 s\n! the last check failed: repository-unavailable: nobody answers (the last that was answered: none since the daemon started)\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("pinned here", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_tells_of_a_pin_a_pause_and_an_unknown_group_and_of_a_check_that_is_under_way()
    {
        using var text = new StringWriter();
        UpdateText.Write(
            new UpdateStatus("line-l", [new UpdateReport("tiny", "idle") { Pinned = true, Waiting = "pinned to 1.1.0 by hand; the group wants 2.0.0" }, new UpdateReport("wine", "idle") { Desired = "2.0.0", Waiting = "the rollout of 2.0.0 is paused" }])
            {
                IsChecking = true, Notice = "no rollout wants anything of group \"line-l\": is updates.group right?",
            }, text);

        Assert.StartsWith("group line-l  last check not yet  checks now\n! no rollout wants anything of group \"line-l\": is updates.group right?\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("tiny: pinned to 1.1.0 by hand; the group wants 2.0.0\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("wine: the rollout of 2.0.0 is paused\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Trouble_before_an_update_begins_names_the_version_that_is_wanted_and_not_the_one_before()
    {
        var status = new UpdateStatus("line-1", [new UpdateReport("tiny", "committed") { Version = "1.0.0", Desired = "6.0.0", ReasonCode = UpdateReasons.NotListed, Reason = "no index" }]);

        Assert.StartsWith("tiny 6.0.0 has not begun and does not go on: no index", UpdateEnding.FindTrouble(status)!.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trial", null, "2.0.0 is on trial, in place of 1.0.0")]
    [InlineData("committed", null, "2.0.0 committed, in place of 1.0.0")]
    [InlineData("idle", "the rollout of 2.0.0 is paused", "the rollout of 2.0.0 is paused")]
    [InlineData("rejected", "pinned to 1.0.0 by hand", "2.0.0 rejected (pinned to 1.0.0 by hand)")]
    public void Words_of_a_phase_say_what_it_takes_the_place_of_and_what_it_waits_for(string phase, string? waiting, string expected) =>
        Assert.Equal(expected, UpdateWords.Of(new UpdateReport("tiny", phase) { Version = "2.0.0", From = "1.0.0", Waiting = waiting }));

    [Theory]
    [InlineData("committed", "1.1.0", null, true, false)]
    [InlineData("rejected", "1.1.0", "trial-errors", true, false)]
    [InlineData("committed", "1.0.0", null, false, false)] // About to begin.
    [InlineData("trial", "1.1.0", null, false, false)]
    [InlineData("downloading", "1.1.0", "repository-unavailable", false, true)]
    public void End_of_an_update_is_told_from_trouble_and_from_work(string phase, string version, string? code, bool isReached, bool isTrouble)
    {
        var status = new UpdateStatus("line-1", [new UpdateReport("tiny", phase) { Version = version, Desired = "1.1.0", ReasonCode = code, Reason = code }]);

        Assert.Equal((isReached, isTrouble), (UpdateEnding.IsReached(status), UpdateEnding.FindTrouble(status) is not null));
    }

    [Fact]
    public void Ending_names_what_was_refused_and_repeats_the_check_where_nothing_was_to_be_done()
    {
        var refused = new UpdateReport("tiny", "rejected") { Version = "1.1.0", Desired = "1.1.0", From = "1.0.0", ReasonCode = UpdateReasons.TrialErrors, Reason = "too many" };
        var nothing = new UpdateAnswer(true, "nothing");

        Assert.Equal(new UpdateAnswer(false, "tiny 1.1.0 was refused, 1.0.0 goes on: too many", UpdateReasons.TrialErrors), UpdateEnding.Tell(new UpdateStatus("g", [refused]), nothing));
        Assert.Same(nothing, UpdateEnding.Tell(new UpdateStatus("g", [refused with { Desired = null }]), nothing));
    }
}
