namespace EdgeRunner.Device.Configuration;

/// <summary>Signed releases. Without a group the device takes none by itself.</summary>
internal sealed record UpdateOptions : ICheckedSection
{
    /// <summary>The group whose desired state this device follows; null (default) = no updates.</summary>
    public string? Group { get; set; }

    /// <summary>The fleet's first <c>root.json</c>. Taken over once; later roots come with the releases.</summary>
    public string? RootFile { get; set; }

    /// <summary>True: the clock of this machine is right though no time daemon says so to the kernel, as on a board with a battery clock or in a container. False
    /// (default) takes no metadata before the kernel says that the clock is set.</summary>
    public bool TrustSystemClock { get; set; }

    /// <summary>Roads in their order: <c>mqtt</c>, an http or https address of the repository, or a directory.</summary>
    public List<string> Sources { get; set; } = ["mqtt"];

    /// <summary>PEM file with the certificates trusted for https; null (default) takes the system's.</summary>
    public string? HttpCaFile { get; set; }

    /// <summary>A new release wakes the whole fleet: each device waits a part of this that depends on its id, and all begin to fetch chunks at its end, so that
    /// those are sent once for many; in seconds.</summary>
    public double JitterSeconds { get; set; } = 30;

    /// <summary>Longest time without a check, in minutes.</summary>
    public int CheckIntervalMinutes { get; set; } = 60;

    /// <summary>Most bytes a second to receive; 0 (default) = no limit.</summary>
    public long MaxBytesPerSecond { get; set; }

    /// <summary>Bytes of chunks on the way at most; the window grows towards it and is halved when chunks are lost.</summary>
    public int WindowBytes { get; set; } = 4 << 20;

    /// <summary>Disk that an update leaves free, in bytes.</summary>
    public long ReserveBytes { get; set; } = 64 << 20;

    /// <summary>Versions of each model that are kept, the present and the previous good one among them.</summary>
    public int KeepVersions { get; set; } = 2;

    /// <summary>Private keys of this device for encrypted models, PEM; null (default) takes the systemd credential <c>device-key</c>, if there is one.</summary>
    public string? DeviceKeyFile { get; set; }

    /// <summary>When a trial ends, and how. A rollout may say otherwise.</summary>
    public TrialOptions Trial { get; set; } = new();

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.NameOf(nameof(Group), Group);
        RootFile = check.FullPath(nameof(RootFile), RootFile);
        HttpCaFile = check.FullPath(nameof(HttpCaFile), HttpCaFile);
        DeviceKeyFile = check.FullPath(nameof(DeviceKeyFile), DeviceKeyFile);
        CheckSources(check);
        check.Range(nameof(JitterSeconds), JitterSeconds, 0, 3_600);
        check.Range(nameof(CheckIntervalMinutes), CheckIntervalMinutes, 1, 10_080);
        check.Range(nameof(MaxBytesPerSecond), MaxBytesPerSecond, 0, 1L << 40);
        check.Range(nameof(WindowBytes), WindowBytes, 128 << 10, 64 << 20);
        check.Range(nameof(ReserveBytes), ReserveBytes, 0, 1L << 40);
        check.Range(nameof(KeepVersions), KeepVersions, 2, 16);
    }

    private void CheckSources(SectionCheck check)
    {
        if (Sources.Count == 0) check.Error(nameof(Sources), "is empty; expected mqtt, an http or https address, or a directory");
        for (var i = 0; i < Sources.Count; i++)
        {
            if (Sources[i] is "mqtt") continue;
            if (Uri.TryCreate(Sources[i], UriKind.Absolute, out var address) && address.Scheme is "http" or "https") continue;
            if (Sources[i].Contains("://", StringComparison.Ordinal) || Sources[i].Length == 0)
                check.Error(nameof(Sources), $"\"{Sources[i]}\" is not allowed; expected mqtt, an http or https address, or a directory");
            else Sources[i] = check.FullPath(nameof(Sources), Sources[i]) ?? Sources[i];
        }
    }
}
