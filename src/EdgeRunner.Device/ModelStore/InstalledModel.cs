namespace EdgeRunner.Device.ModelStore;

/// <summary>A bundle in the store.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">Its version, as in the bundle's manifest.</param>
/// <param name="Path">The bundle file.</param>
/// <param name="SizeBytes">Length of that file.</param>
/// <param name="Active">True for the version that pipelines naming the model run.</param>
internal sealed record InstalledModel(string Name, string Version, string Path, long SizeBytes, bool Active)
{
    /// <summary>True for the version to return to.</summary>
    public bool Previous { get; init; }
}
