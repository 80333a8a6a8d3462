using System.Globalization;
using System.Text.Json;

namespace EdgeRunner.Device.Probing;

/// <summary>Numbers and codes of a probe as people read them.</summary>
internal static class ProbeWords
{
    /// <summary>The stable word of a reason, as in JSON.</summary>
    public static string Code(ProbeReason reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());

    /// <summary><c>1.5 MiB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##} GiB"),
    };

    /// <summary><c>3.8 µs</c>, <c>1.5 ms</c>, <c>2 s</c>.</summary>
    public static string Time(double microseconds) => microseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds:0.#} µs"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e3:0.#} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e6:0.##} s"),
    };

    /// <summary>A limit of time; the largest number there is stands for none.</summary>
    public static string Limit(long microseconds) => microseconds == long.MaxValue ? "no limit" : Time(microseconds);

    /// <summary>What was going on, for <c>not done after 60 s: …</c>.</summary>
    public static string Doing(ProbeStage stage) => stage switch
    {
        ProbeStage.Start => "the probe was starting",
        ProbeStage.Open => "the bundle was being read",
        ProbeStage.Runtime => "ONNX Runtime was being loaded",
        ProbeStage.Load => "the model was being loaded",
        ProbeStage.FirstRun => "the first run had not ended",
        ProbeStage.Measure => "the timed runs were under way",
        ProbeStage.Golden => "the golden cases were being run",
        _ => "the probe was ending",
    };

    /// <summary>A signal by its name, e.g. <c>SIGSEGV</c>.</summary>
    public static string SignalName(int signal) => signal switch
    {
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
    };
}
