using System.Text.Json.Serialization;

namespace EdgeRunner.Messaging.Transfer;

/// <summary>What a device asks a depot for.</summary>
public enum TransferKind
{
    /// <summary>A metadata file, whole: <c>timestamp.json</c>, <c>3.root.json</c>, <c>2.models%2Fvision.json</c>.</summary>
    [JsonStringEnumMemberName("meta")]
    Metadata,

    /// <summary>A small target, whole, by the name that has its digest: a chunk index, a group's desired state, an envelope of keys.</summary>
    [JsonStringEnumMemberName("target")]
    Target,

    /// <summary>Chunks of the file that a chunk index describes.</summary>
    [JsonStringEnumMemberName("chunk")]
    Chunk,
}
