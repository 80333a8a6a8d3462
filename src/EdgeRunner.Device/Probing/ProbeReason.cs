using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Probing;

/// <summary>How a probe ended. The words are stable: programs and release rules branch on them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeReason>))]
internal enum ProbeReason
{
    /// <summary>The model loads, answers, and keeps every limit.</summary>
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>The file cannot be opened or read.</summary>
    [JsonStringEnumMemberName("bundle-unreadable")] BundleUnreadable,

    /// <summary>The file is no valid bundle, or a file in it is damaged.</summary>
    [JsonStringEnumMemberName("bundle-invalid")] BundleInvalid,

    /// <summary>The steps do not fit each other or the ONNX files.</summary>
    [JsonStringEnumMemberName("graph-invalid")] GraphInvalid,

    /// <summary>There is no usable ONNX Runtime on this device; nothing is known of the model.</summary>
    [JsonStringEnumMemberName("runtime-missing")] RuntimeMissing,

    /// <summary>ONNX Runtime refuses an ONNX file.</summary>
    [JsonStringEnumMemberName("load-failed")] LoadFailed,

    /// <summary>The model loads, but a run fails with an error.</summary>
    [JsonStringEnumMemberName("run-failed")] RunFailed,

    /// <summary>The process aborted (SIGABRT): an assertion or an uncaught exception in native code.</summary>
    [JsonStringEnumMemberName("aborted")] Aborted,

    /// <summary>The process was killed by another signal; <see cref="ProbeReport.Signal"/> says which.</summary>
    [JsonStringEnumMemberName("killed-by-signal")] KilledBySignal,

    /// <summary>More memory than allowed, resident or as address space.</summary>
    [JsonStringEnumMemberName("memory-exceeded")] MemoryExceeded,

    /// <summary>More CPU time than allowed.</summary>
    [JsonStringEnumMemberName("cpu-exceeded")] CpuExceeded,

    /// <summary>Not done within the wall time; <see cref="ProbeReport.Stage"/> says where it stood.</summary>
    [JsonStringEnumMemberName("timed-out")] TimedOut,

    /// <summary>The 99th percentile of a run is above the limit.</summary>
    [JsonStringEnumMemberName("too-slow")] TooSlow,

    /// <summary>An output has NaN or an infinity.</summary>
    [JsonStringEnumMemberName("not-finite")] NotFinite,

    /// <summary>A golden case gives another answer than the bundle says.</summary>
    [JsonStringEnumMemberName("golden-mismatch")] GoldenMismatch,

    /// <summary>The probe itself did not work: the child did not start, could not take its limits, or did not report as it should.</summary>
    [JsonStringEnumMemberName("probe-failed")] ProbeFailed,
}
