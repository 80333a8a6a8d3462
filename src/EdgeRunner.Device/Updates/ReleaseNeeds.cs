namespace EdgeRunner.Device.Updates;

/// <summary>What a release needs, from the <c>custom.needs</c> of its target: known before anything is moved.</summary>
internal sealed record ReleaseNeeds
{
    /// <summary>Bytes of its files; 0 when not stated.</summary>
    public long UnpackedBytes { get; init; }

    /// <summary>Memory by its own limits; 0 when not stated.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Highest opset of the ONNX domain; 0 when not stated.</summary>
    public int Opset { get; init; }

    /// <summary>Execution providers one of which it needs; empty when any will do.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];
}
