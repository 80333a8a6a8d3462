using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Probing;

/// <summary>What a probe does, in this order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeStage>))]
internal enum ProbeStage
{
    /// <summary>The child starts and takes its limits.</summary>
    [JsonStringEnumMemberName("start")] Start,

    /// <summary>The bundle is read and verified.</summary>
    [JsonStringEnumMemberName("open")] Open,

    /// <summary>ONNX Runtime is loaded; it has seen nothing of the model.</summary>
    [JsonStringEnumMemberName("runtime")] Runtime,

    /// <summary>ONNX Runtime loads the model.</summary>
    [JsonStringEnumMemberName("load")] Load,

    /// <summary>The first run.</summary>
    [JsonStringEnumMemberName("first-run")] FirstRun,

    /// <summary>The timed runs.</summary>
    [JsonStringEnumMemberName("measure")] Measure,

    /// <summary>The golden cases.</summary>
    [JsonStringEnumMemberName("golden")] Golden,

    /// <summary>All of it was done.</summary>
    [JsonStringEnumMemberName("done")] Done,
}
