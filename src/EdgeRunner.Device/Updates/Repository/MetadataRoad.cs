using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Repository;

/// <summary>Gives a transport to the client of the metadata, and tells which roots came by.</summary>
internal sealed class MetadataRoad(IUpdateTransport transport) : IMetadataFetcher
{
    private const string RootSuffix = ".root.json";

    private readonly List<ReadOnlyMemory<byte>> _roots = [];

    /// <summary>Files asked for since the last <see cref="Reset"/>.</summary>
    public int Asked { get; private set; }

    /// <summary>Roots that came since the last <see cref="Reset"/>, in their order; not verified here.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Roots => _roots;

    /// <summary>Forgets what came.</summary>
    public void Reset()
    {
        Asked = 0;
        _roots.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        Asked++;
        var result = await transport.FetchAsync(TransferKind.Metadata, name, maxBytes, cancellationToken).ConfigureAwait(false);
        if (!result.IsNotFound && !result.IsTooLong && name.EndsWith(RootSuffix, StringComparison.Ordinal)) _roots.Add(result.Bytes);
        return result;
    }
}
