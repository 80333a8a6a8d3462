using System.Globalization;
using System.Runtime.InteropServices;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Windows;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Tests.Pipelines;

/// <summary>Bundles of one-node models, in which version and behaviour are chosen, and pipelines that feed them one number a window.</summary>
internal static class TinyModels
{
    /// <summary>Packs a model with input <c>x</c> and one output, both <c>float32[1]</c>.</summary>
    /// <param name="rig">Where.</param>
    /// <param name="onnx">File of <c>tests/assets/models/tiny</c>, without extension.</param>
    /// <param name="version">Its version.</param>
    /// <param name="limits">JSON of <c>limits</c>.</param>
    /// <param name="range">JSON members of the output, such as <c>"maximum": 10</c>.</param>
    /// <param name="output">Name of the output in the manifest.</param>
    /// <param name="goldenInput">The input of the golden case.</param>
    /// <param name="golden">The answer to it that the bundle claims; null for no golden case.</param>
    /// <param name="elements">Elements of input and output.</param>
    /// <param name="graph">Steps instead of the one that runs the file <c>model.onnx</c>.</param>
    /// <param name="more">Further members of the manifest, each with a comma.</param>
    /// <param name="model">Its name.</param>
    public static string Pack(PipelineRig rig, string onnx, string version, string limits = "{}", string range = "", string output = "y", float? golden = null, int elements = 1, float goldenInput = 2,
        string? graph = null, string more = "", string model = "tiny")
    {
        var name = $"{model}-{version}-{onnx}-{output}-{golden}-{elements}";
        var file = rig.Directory.File($"{name}.ermodel");
        if (File.Exists(file)) return file;
        var directory = Directory.CreateDirectory(rig.Directory.File(name)).FullName;
        File.Copy(Path.Combine(TestPaths.RepositoryRoot, "tests", "assets", "models", "tiny", $"{onnx}.onnx"), Path.Combine(directory, "model.onnx"));
        // identity_float32 takes a matrix, the others a vector.
        var shape = onnx is "identity_float32" ? $"[1, {elements}]" : $"[{elements}]";
        var cases = "";
        if (golden is { } answer)
        {
            WriteNpy(Path.Combine(directory, "x.npy"), onnx is "identity_float32" ? "(1, 1)" : "(1,)", goldenInput);
            WriteNpy(Path.Combine(directory, "y.npy"), onnx is "identity_float32" ? "(1, 1)" : "(1,)", answer);
            cases = $$""", "golden": [{ "name": "two", "inputs": { "x": "x.npy" }, "outputs": { "{{output}}": "y.npy" } }]""";
        }

        File.WriteAllText(Path.Combine(directory, "model.json"), $$"""
            { "format": 1, "name": "{{model}}", "version": "{{version}}", "license": "MIT",
              "inputs": [{ "name": "x", "type": "float32", "shape": {{shape}} }],
              "outputs": [{ "name": "{{output}}", "type": "float32", "shape": {{shape}}{{(range.Length == 0 ? "" : $", {range}")}} }],
              {{more}}
              "graph": [{{graph ?? $$$"""{ "step": "onnx", "name": "only", "file": "model.onnx", "inputs": { "x": "x" }, "outputs": { "y": "{{{output}}}" } }"""}}],
              "limits": {{limits}}{{cases}} }
            """);
        BundlePacker.Pack(directory, file);
        return file;
    }

    /// <summary>A pipeline over <paramref name="values"/>, one a window, in real time, that never skips one.</summary>
    public static PipelineOptions Pipeline(PipelineRig rig, IEnumerable<float> values, double rateHz, Action<PipelineOptions>? change = null)
    {
        var file = rig.Directory.File($"{Guid.NewGuid():n}.raw");
        File.WriteAllBytes(file, MemoryMarshal.AsBytes<float>(values.ToArray()).ToArray());
        var options = new PipelineOptions
        {
            Source = new ReplaySourceOptions { File = file, Format = SampleFormat.Raw, SampleType = SampleType.F32Le, SampleRateHz = rateHz },
            Window = new WindowOptions { Length = 1 },
            Model = new ModelReferenceOptions { Name = "tiny" },
            Decision = new ThresholdDecisionOptions { Threshold = 1e9 },
            Overload = OverloadMode.Block,
        };
        change?.Invoke(options);
        return options;
    }

    // NPY 1.0: the header is padded so that the data begin at a multiple of 64.
    private static void WriteNpy(string path, string shape, float value)
    {
        var header = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}").PadRight(117) + "\n";
        using var file = new BinaryWriter(File.Create(path));
        file.Write([0x93, .. "NUMPY"u8, 1, 0]);
        file.Write((ushort)header.Length);
        file.Write(System.Text.Encoding.ASCII.GetBytes(header));
        file.Write(value);
    }
}
