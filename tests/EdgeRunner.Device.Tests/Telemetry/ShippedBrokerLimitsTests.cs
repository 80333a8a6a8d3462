using System.Globalization;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>What is sent fits the packets that the shipped broker takes.</summary>
public sealed class ShippedBrokerLimitsTests
{
    /// <summary>Topic, properties and envelope, generously.</summary>
    private const int Around = 4 << 10;

    [Fact]
    public void Every_message_that_has_a_bound_fits_the_largest_packet_of_the_shipped_broker()
    {
        var line = File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "device-configs", "mosquitto", "edgerunner.conf")).Single(l => l.StartsWith("max_packet_size ", StringComparison.Ordinal));
        var most = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);

        Assert.All((int[])[OutboxSchema.MaxBatchBytes, ChunkIndex.MaxChunkBytes, TransferResponse.HeaderBytes + TransferResponse.MaxPartBytes, TransferRequest.MaxPayloadBytes], length => Assert.InRange(length + Around, 1, most));
    }
}
