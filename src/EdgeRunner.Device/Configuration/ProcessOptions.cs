namespace EdgeRunner.Device.Configuration;

/// <summary>The daemon's process as a whole.</summary>
internal sealed record ProcessOptions
{
    /// <summary>Keeps every page that was touched in memory (<c>mlockall</c>), so that none must be read from disk or swap in the middle of a window.</summary>
    public bool LockMemory { get; set; }
}
