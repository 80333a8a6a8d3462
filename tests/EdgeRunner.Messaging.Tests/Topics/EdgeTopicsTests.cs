using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Messaging.Tests.Topics;

public sealed class EdgeTopicsTests
{
    [Fact]
    public void Topics_are_those_of_the_design()
    {
        var topics = new EdgeTopics("demo", "Pi-1");
        Assert.Equal("er/1/demo/device/Pi-1/presence", topics.Presence);
        Assert.Equal("er/1/demo/device/Pi-1/report", topics.Report);
        Assert.Equal("er/1/demo/device/Pi-1/telemetry/speech", topics.Telemetry("speech"));
        Assert.Equal("er/1/demo/device/Pi-1/event", topics.Event);
        Assert.Equal("er/1/demo/device/Pi-1/command/restart/7", topics.Command("restart", 7));
        Assert.Equal("er/1/demo/device/Pi-1/response/3", topics.Response(3));
        Assert.Equal("er/1/demo/tuf/timestamp", topics.Timestamp);
        Assert.Equal("er/1/demo/blob/abc/2", EdgeTopics.Blob("demo", "abc", 2));
        Assert.True(TopicFilter.Matches(topics.AllCommands, topics.Command("restart", 7)));
        Assert.True(TopicFilter.Matches(EdgeTopics.AllDevices("demo", "telemetry/+"), topics.Telemetry("speech")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a+")]
    [InlineData("#")]
    [InlineData("..")]
    [InlineData("ä")]
    [InlineData("a b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_name_that_could_reach_another_topic_or_file_is_refused(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => new EdgeTopics("demo", name));
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new EdgeTopics("demo", "d").Telemetry(name));
    }

    [Theory]
    [InlineData("er/1/demo/device/d1/telemetry/speech", true, "d1", "telemetry/speech")]
    [InlineData("er/1/demo/device/d1/presence", true, "d1", "presence")]
    [InlineData("er/2/demo/device/d1/presence", false, "", "")]
    [InlineData("er/1/demo/device/d1", false, "", "")]
    [InlineData("er/1/demo/device//presence", false, "", "")]
    [InlineData("er/1/demo/tuf/timestamp", false, "", "")]
    public void A_device_topic_is_taken_apart(string topic, bool expected, string device, string rest)
    {
        Assert.Equal(expected, EdgeTopics.TryParseDevice(topic, out _, out var actualDevice, out var actualRest));
        Assert.Equal((device, rest), (actualDevice, actualRest));
    }
}
