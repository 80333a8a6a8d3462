using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Fleet.Commands;

/// <summary>What to do when the broker lets a program in and refuses what it wants: it came with the certificate of another role.</summary>
internal static class BrokerRights
{
    /// <summary>MQTT 5.0, section 2.4: not authorized.</summary>
    internal const int NotAuthorized = 135;

    /// <summary>What the broker said and, when it is about rights, whose are needed.</summary>
    /// <param name="refused">The broker's no.</param>
    /// <param name="role">The user that has the rights in the shipped rules.</param>
    internal static string Explain(MqttRefusedException refused, string role) => refused.ReasonCode != NotAuthorized ? refused.Message
        : $"{refused.Message}. It needs the rights of the broker's user {role}: with the shipped rules a client certificate (--cert, --key) whose common name is {role}, under the right --fleet; see docs/broker.md";
}
