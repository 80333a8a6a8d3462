namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>How much ONNX Runtime rewrites a graph when it loads it; the numbers are those of <c>GraphOptimizationLevel</c>.</summary>
public enum OrtGraphOptimization
{
    /// <summary>Not at all. Results differ from the other levels by float noise (up to 6e-5 on our models).</summary>
    None = 0,

    /// <summary>Constant folding, dropping what nobody uses.</summary>
    Basic = 1,

    /// <summary>And fusing operators.</summary>
    Extended = 2,

    /// <summary>And changing memory layouts for this processor.</summary>
    All = 99,
}
