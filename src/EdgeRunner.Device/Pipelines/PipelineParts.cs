using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Windows;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Pipelines;

/// <summary>What one run of a pipeline works with, put together and checked against one another: source, window, and the place of the model.</summary>
internal sealed class PipelineParts : IDisposable
{
    private PipelineParts(ISampleSource source, WindowAssembler assembler, ServingModel model) =>
        (Source, Assembler, Slot) = (source, assembler, new ModelSlot(model));

    public ISampleSource Source { get; }

    public WindowAssembler Assembler { get; }

    /// <summary>Where the model is, and where the next one arrives.</summary>
    public ModelSlot Slot { get; }

    /// <summary>The model that serves now.</summary>
    public ServingModel Model => Slot.Current;

    /// <summary>Loads the model, opens the source and fits window and decision to them.</summary>
    /// <param name="name">The pipeline's name.</param>
    /// <param name="options">The pipeline's configuration.</param>
    /// <param name="path">The bundle.</param>
    /// <param name="engine">Loads ONNX Runtime when it is the first.</param>
    /// <param name="sources">Makes the source.</param>
    /// <exception cref="Exception">Any part cannot be made; the message says which and what would mend it. Nothing is left open.</exception>
    public static PipelineParts Open(string name, PipelineOptions options, string path, InferenceEngine engine, SampleSourceFactory sources)
    {
        using var bundle = ModelBundle.Open(path, BundleLimits.Default);
        var fit = ModelFit.Of(options, bundle.Manifest);
        var source = sources.Create(options.Source!);
        try
        {
            source.Open();
            var assembler = new WindowAssembler(
                options.Window!, source.Layout.Channels, source.Layout.SampleRateHz, fit.Input.Type, ModelFit.CountElements(fit.Input), fit.Input.Name);
            var model = ServingModel.Load(bundle, fit, name, assembler, engine.Get(), engine.LoadOptions(options));
            ProcessHeap.Trim();
            return new PipelineParts(source, assembler, model);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        Slot.Dispose();
    }
}
