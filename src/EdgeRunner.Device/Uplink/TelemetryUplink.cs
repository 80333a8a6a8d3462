using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Device.Uplink;

/// <summary>The outbox's way to the broker.</summary>
internal sealed class TelemetryUplink(BrokerConnection broker) : ITelemetryUplink
{
    /// <inheritdoc/>
    public bool IsConnected => broker.IsConnected;

    /// <inheritdoc/>
    public async Task PublishAsync(string stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            var topic = string.Equals(stream, EventStream.Name, StringComparison.Ordinal) ? broker.Topics.Event : broker.Topics.Telemetry(stream);
            await broker.PublishAsync(topic, payload, retain: false, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttRefusedException e)
        {
            throw new UplinkRefusedException(e.Message, e);
        }
        catch (MqttException e)
        {
            throw new UplinkUnavailableException(e.Message, e);
        }
    }
}
