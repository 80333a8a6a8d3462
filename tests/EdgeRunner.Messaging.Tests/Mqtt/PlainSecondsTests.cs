using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class PlainSecondsTests
{
    [Theory]
    [InlineData(4_100, "4 s")]
    [InlineData(15_000, "15 s")]
    [InlineData(120_000, "120 s")]
    [InlineData(300, "0.3 s")]
    [InlineData(0, "0 s")]
    public void Times_are_told_as_people_say_them(int milliseconds, string expected) => Assert.Equal(expected, PlainSeconds.Of(TimeSpan.FromMilliseconds(milliseconds)));
}
