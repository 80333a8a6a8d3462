namespace EdgeRunner.Device.Updates.Download;

/// <summary>Bytes on this device in which chunks of a release may be found, so that they need not be fetched.</summary>
internal interface IChunkStock
{
    /// <summary>Hands out pieces that might be chunks of a release. What they are is found out by their digest; a wrong or damaged piece is harmless. Files that cannot be
    /// read are passed over: what is in them is fetched.</summary>
    /// <param name="release">What is to be fetched.</param>
    /// <param name="take">Takes one piece, and does not throw.</param>
    /// <param name="cancellationToken">Gives up between two pieces.</param>
    void OfferTo(Release release, ChunkTaker take, CancellationToken cancellationToken);
}
