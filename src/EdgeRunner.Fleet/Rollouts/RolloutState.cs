using System.Text.Json.Serialization;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Where a device is with what its group wants of a model. In the order in which a person wants to see them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutState>))]
internal enum RolloutState
{
    /// <summary>Tried and given up; the version before serves.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>A dry run: it could not.</summary>
    [JsonStringEnumMemberName("could-not")]
    CouldNot,

    /// <summary>A person has pinned another version.</summary>
    [JsonStringEnumMemberName("pinned")]
    Pinned,

    /// <summary>It is fetched, checked or tried.</summary>
    [JsonStringEnumMemberName("under-way")]
    UnderWay,

    /// <summary>Not begun.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>A dry run: it could.</summary>
    [JsonStringEnumMemberName("could")]
    Could,

    /// <summary>It runs what is wanted.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>Not in the percentage, and nothing else is wanted of it.</summary>
    [JsonStringEnumMemberName("not-in-percentage")]
    NotInPercentage,
}
