namespace EdgeRunner.Device.Sensors;

/// <summary>What gives way when a pipeline falls behind a live source (DESIGN.md section 4).</summary>
internal enum OverloadMode
{
    /// <summary>The backlog: the pipeline skips to the newest full window.</summary>
    NewestWins,

    /// <summary>Nothing: the source waits, which a program may answer by losing samples itself.</summary>
    Block,

    /// <summary>What arrives while the backlog is worked off.</summary>
    DropNewest,
}
