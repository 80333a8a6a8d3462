using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Pipelines;

/// <summary>What a pipeline has failed with that its model may have to answer for, and how often with the same bundle. A pipeline begins anew after each, so that the
/// state of the moment does not tell one fault from a hundred.</summary>
/// <param name="Bundle">The bundle that it had then, or could not begin with.</param>
/// <param name="Count">Times since another bundle was the last to fail.</param>
/// <param name="Error">The last of them.</param>
internal sealed record PipelineFault(string Bundle, long Count, Exception Error)
{
    /// <summary>The record after another fault.</summary>
    /// <param name="before">The record so far.</param>
    /// <param name="bundle">The bundle of the fault; null when there was none.</param>
    /// <param name="error">The fault.</param>
    public static PipelineFault? After(PipelineFault? before, string? bundle, Exception error)
    {
        if (bundle is null || IsOfAnyModel(error)) return before;
        return new PipelineFault(bundle, (before is not null && string.Equals(before.Bundle, bundle, StringComparison.Ordinal) ? before.Count : 0) + 1, error);
    }

    // The sensor, the thread, ONNX Runtime itself, the disk: every model would meet it here.
    private static bool IsOfAnyModel(Exception error) => error
        is SensorException or ThreadPlacementException or OrtLibraryException or ModelNotInstalledException or IOException or UnauthorizedAccessException;
}
