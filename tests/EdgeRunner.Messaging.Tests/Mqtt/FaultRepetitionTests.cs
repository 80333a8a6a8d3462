using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class FaultRepetitionTests
{
    private static readonly MqttConnectionFault Refused = new(MqttFaultReason.ConnectionRefused, "No broker answers at b:1.");
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Same_fault_is_told_at_once_and_then_every_ten_minutes_with_its_attempts()
    {
        var repetition = new FaultRepetition(_time);
        Assert.Equal(Refused.Message, repetition.Tell(Refused));
        var told = new List<string?>();
        for (var attempt = 2; attempt <= 41; attempt++)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            told.Add(repetition.Tell(Refused));
        }

        Assert.Equal(["No broker answers at b:1. (21 attempts in 10 minutes.)", "No broker answers at b:1. (41 attempts in 20 minutes.)"], told.Where(line => line is not null));
    }

    [Fact]
    public void Another_fault_and_one_after_a_connection_are_told_at_once()
    {
        var repetition = new FaultRepetition(_time);
        repetition.Tell(Refused);
        Assert.Equal("Login refused.", repetition.Tell(new(MqttFaultReason.NotAuthorised, "Login refused.")));
        Assert.Equal(Refused.Message, repetition.Tell(Refused));
        Assert.Null(repetition.Tell(Refused));
        repetition.OnConnected();
        Assert.Equal(Refused.Message, repetition.Tell(Refused));
    }
}
