using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Guards;

/// <summary>Words and ways between the kinds.</summary>
internal static class FaultKinds
{
    /// <summary>Number of kinds, <see cref="FaultKind.None"/> included.</summary>
    public const int Count = (int)FaultKind.Timeout + 1;

    /// <summary>The kind of a fault in the numbers of an output.</summary>
    public static FaultKind Of(OutputFault fault) => fault switch
    {
        OutputFault.NaN => FaultKind.NaN,
        OutputFault.Infinite => FaultKind.Infinite,
        OutputFault.OutOfRange => FaultKind.OutOfRange,
        _ => FaultKind.None,
    };

    /// <summary>As status and records write it.</summary>
    public static string Word(this FaultKind kind) => kind switch
    {
        FaultKind.NaN => "nan",
        FaultKind.Infinite => "infinite",
        FaultKind.OutOfRange => "out-of-range",
        FaultKind.BadLabel => "bad-label",
        FaultKind.RunError => "run-error",
        FaultKind.Timeout => "timeout",
        _ => "none",
    };

    /// <summary>As a person says it.</summary>
    public static string Sentence(this FaultKind kind) => kind switch
    {
        FaultKind.NaN => "an output is not a number",
        FaultKind.Infinite => "an output is infinite",
        FaultKind.OutOfRange => "an output is outside its declared range",
        FaultKind.BadLabel => "the output names a label that does not exist",
        FaultKind.RunError => "the run failed",
        FaultKind.Timeout => "the run took longer than guard.runTimeoutMs",
        _ => "nothing is wrong",
    };
}
