namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>No usable ONNX Runtime library. The message says what was tried, what was found there, and the fix.</summary>
public sealed class OrtLibraryException : Exception
{
    internal OrtLibraryException(OrtLibraryProblem problem, string found)
        : base($"ONNX Runtime cannot be used: {found}. Fix: install libonnxruntime.so.1, version {OrtLibrary.OldestVersion} or newer, for "
            + $"{OrtLibrary.Platform} (scripts/setup.sh fetches one), and name it with the setting inference.onnxRuntime or the environment "
            + $"variable {OrtLibrary.EnvironmentVariable}, or put it beside the program.")
        => Problem = problem;

    /// <summary>What to branch on.</summary>
    public OrtLibraryProblem Problem { get; }
}
