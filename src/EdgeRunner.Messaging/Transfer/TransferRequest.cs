using System.Text.Json.Serialization;

namespace EdgeRunner.Messaging.Transfer;

/// <summary>Payload of <c>device/{id}/request</c>, JSON, QoS 1. The answers go to <c>device/{id}/response/{Id}</c>.</summary>
/// <param name="Id">Chosen by the device, never used twice in one connection; 1 to 2^53.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="Name">Name of the file as the repository has it; for chunks the name of the <b>chunk index</b>, e.g. <c>models/vision/SHA256.1.2.0.chunks</c>.</param>
public sealed record TransferRequest(long Id, TransferKind Kind, string Name)
{
    /// <summary>Version of this payload.</summary>
    public int V { get; init; } = 1;

    /// <summary>Most bytes the device takes of a whole file; longer ones are answered with an error that says so. Unused for chunks.</summary>
    public long MaxBytes { get; init; }

    /// <summary>Number of the first chunk that <see cref="Bitmap"/> speaks of.</summary>
    public int Offset { get; init; }

    /// <summary>How many chunks <see cref="Bitmap"/> speaks of; 1 to <see cref="MaxChunks"/>.</summary>
    public int Count { get; init; }

    /// <summary>Which of them are wanted: bit i of byte i/8, lowest bit first, is chunk <c>Offset + i</c>. Null: all.</summary>
    public byte[]? Bitmap { get; init; }

    /// <summary>The chunks were asked for before and did not come: answer on the device's own topic, not on <c>blob/</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Repair { get; init; }

    /// <summary>Most chunks one request can speak of.</summary>
    public const int MaxChunks = 4096;

    /// <summary>Longest request in bytes; a depot does not read longer ones.</summary>
    public const int MaxPayloadBytes = 8192;
}
