namespace EdgeRunner.Device.Configuration;

/// <summary>Directories. Under systemd they are made by StateDirectory=, RuntimeDirectory=, CacheDirectory= and LogsDirectory=.</summary>
internal sealed record StorageOptions : ICheckedSection
{
    /// <summary>Models, the outbox and what else must survive.</summary>
    public string StateDirectory { get; set; } = "/var/lib/edgerunner";

    /// <summary>The socket and the lock; lost at a reboot.</summary>
    public string RuntimeDirectory { get; set; } = "/run/edgerunner";

    /// <summary>What can be made again: optimised models.</summary>
    public string CacheDirectory { get; set; } = "/var/cache/edgerunner";

    /// <summary>Room for optimised models in the cache directory, in bytes; past it the least recently used goes. 0 keeps none.</summary>
    public long CacheMaxBytes { get; set; } = 256L << 20;

    /// <summary><c>status.log</c>.</summary>
    public string LogDirectory { get; set; } = "/var/log/edgerunner";

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        StateDirectory = check.FullPath(nameof(StateDirectory), StateDirectory) ?? StateDirectory;
        RuntimeDirectory = check.FullPath(nameof(RuntimeDirectory), RuntimeDirectory) ?? RuntimeDirectory;
        CacheDirectory = check.FullPath(nameof(CacheDirectory), CacheDirectory) ?? CacheDirectory;
        check.Range(nameof(CacheMaxBytes), CacheMaxBytes, 0, 64L << 30);
        LogDirectory = check.FullPath(nameof(LogDirectory), LogDirectory) ?? LogDirectory;
    }
}
