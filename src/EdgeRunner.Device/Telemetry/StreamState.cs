namespace EdgeRunner.Device.Telemetry;

/// <summary>What the outbox knows of one stream. Written under the outbox's lock; the totals are read without it for the status
/// (64-bit reads are whole on the machines we run on, and a status may be one commit old).</summary>
internal sealed class StreamState(string name)
{
    internal string Name { get; } = name;

    internal TelemetryStreamOptions Options { get; set; } = new();

    /// <summary>In the open store; 0 when it has nothing there yet.</summary>
    internal int Id { get; set; }

    internal long PendingRows { get; set; }

    internal long PendingRecords { get; set; }

    /// <summary>What its rows take of a cap.</summary>
    internal long PendingBytes { get; set; }

    /// <summary>Where the search for the next live row begins.</summary>
    internal long LiveCursor { get; set; }

    /// <summary>Where the search for the next backlog row begins.</summary>
    internal long BacklogCursor { get; set; }

    internal long Accepted { get; private set; }

    internal long Uploaded { get; set; }

    internal long[] Lost { get; } = new long[LossPolicies.Count];

    /// <summary>Totals that come into force with the commit.</summary>
    internal long StagedAccepted { get; set; }

    internal long[] StagedLost { get; } = new long[LossPolicies.Count];

    /// <summary>Records lost while there was no store to write the loss into; in <see cref="Lost"/> already.</summary>
    internal long[] LostWithoutStore { get; } = new long[LossPolicies.Count];

    internal void Add(in OutboxRow row)
    {
        PendingRows++;
        PendingRecords += row.Records;
        PendingBytes += row.CostBytes;
    }

    internal void Remove(in OutboxRow row)
    {
        PendingRows--;
        PendingRecords -= row.Records;
        PendingBytes -= row.CostBytes;
    }

    internal void ApplyStaged()
    {
        Accepted += StagedAccepted;
        for (var i = 0; i < Lost.Length; i++)
            Lost[i] += StagedLost[i];
        DiscardStaged();
    }

    internal void DiscardStaged()
    {
        StagedAccepted = 0;
        Array.Clear(StagedLost);
    }
}
