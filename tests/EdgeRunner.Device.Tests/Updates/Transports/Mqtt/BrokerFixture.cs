namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

/// <summary>One broker for all tests of the road; each test has a fleet of its own.</summary>
public sealed class BrokerFixture : IDisposable
{
    internal MosquittoBroker Broker { get; } = MosquittoBroker.Start();

    public void Dispose() => Broker.Dispose();
}
