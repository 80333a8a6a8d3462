namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Severity of a log line; the numbers are those of <c>OrtLoggingLevel</c>.</summary>
public enum OrtLogSeverity
{
    /// <summary>Each step.</summary>
    Verbose = 0,

    /// <summary>What is being done.</summary>
    Information = 1,

    /// <summary>Something is odd, e.g. an initializer nobody uses.</summary>
    Warning = 2,

    /// <summary>Something failed; the call returns it as well.</summary>
    Error = 3,

    /// <summary>The process is about to end.</summary>
    Fatal = 4,
}
