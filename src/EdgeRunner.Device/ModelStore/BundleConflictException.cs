namespace EdgeRunner.Device.ModelStore;

/// <summary>A valid bundle that is not the one it has to be.</summary>
/// <param name="message">What it is and what it should be.</param>
/// <param name="isInstalled">True when the fault is a bundle that is in the store already; false when it is the new one's.</param>
internal sealed class BundleConflictException(string message, bool isInstalled) : Exception(message)
{
    /// <summary>See the constructor.</summary>
    public bool IsInstalled { get; } = isInstalled;
}
