using EdgeRunner.Device.Updates.Transports.Mqtt;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class TransferPaceTests
{
    private static readonly MqttTransportTimes Times = new();

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Silence_ends_a_transfer_and_each_chunk_begins_it_anew()
    {
        var pace = new TransferPace(Times, 0);
        pace.OnTaken(64 << 10, At(50));
        Assert.Null(pace.FindProblem(At(109)));
        Assert.Equal(At(110), pace.Deadline);
        Assert.Equal("no new chunk for 60 s", pace.FindProblem(At(110)));
        pace.LastTrouble = "nobody listens";
        Assert.Equal("no new chunk for 61 s (nobody listens)", pace.FindProblem(At(111)));
    }

    [Fact]
    public void A_busy_depot_stops_the_clock_but_not_for_ever()
    {
        var pace = new TransferPace(Times, 0);
        string? problem = null;
        var now = 0.0;
        while (problem is null)
        {
            Assert.True(now < 1000);
            pace.OnBusy(At(now + 30), At(now));
            now += 30;
            problem = pace.FindProblem(At(now));
        }

        Assert.InRange(now, 600, 700);
        Assert.Contains("the depot says that it is busy", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(1_000_000, 1024)]
    [InlineData(400, 100)]
    public void A_drip_ends_a_transfer_unless_it_was_asked_for(long cap, int slowest)
    {
        foreach (var factor in (double[])[0.9, 1.1])
        {
            var pace = new TransferPace(Times, cap);
            string? problem = null;
            for (var now = 10; now <= 900 && problem is null; now += 10)
            {
                pace.OnTaken((int)(slowest * 10 * factor), At(now));
                problem = pace.FindProblem(At(now));
            }

            Assert.Equal(factor < 1, problem is not null);
        }
    }
}
