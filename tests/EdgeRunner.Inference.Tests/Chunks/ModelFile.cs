using System.Text;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Tests.Bundles;
using EdgeRunner.Inference.Tests.Plans;
using EdgeRunner.Inference.Tests.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using Google.Protobuf;

namespace EdgeRunner.Inference.Tests.Chunks;

/// <summary>Bundles whose ONNX file looks as exporters write it: nodes first, then the weights, large ones and small ones by turns.</summary>
internal static class ModelFile
{
    /// <summary>Weights of the layers that do not change, in floats: 6.3 MB, between them biases of 1 KB.</summary>
    private static readonly int[] Backbone = [1_728, 73_728, 294_912, 589_824, 589_824];

    /// <summary>A backbone with a small head behind it.</summary>
    /// <param name="backbone">Another number, other weights.</param>
    /// <param name="classes">Answers of the head; each takes 2 KiB.</param>
    /// <param name="head">Another number, other weights.</param>
    /// <param name="layerNames">What the exporter calls its layers: another length moves all that follows.</param>
    internal static byte[] Onnx(int backbone, int classes, int head, string layerNames = "layer")
    {
        var model = new OnnxModelBuilder().Input("image", TensorElementType.Float32, [1, 512]).Output("scores", TensorElementType.Float32);
        var last = "image";
        for (var i = 0; i < Backbone.Length; i++)
        {
            last = model.Node("MatMul", [last, Weights(model, Backbone[i], (backbone * 100) + i)], $"{layerNames}_{i}");
            last = model.Node("Add", [last, Weights(model, 256, (backbone * 100) + 50 + i)], $"{layerNames}_{i}_biased");
        }
        model.Node("MatMul", [last, Weights(model, 512 * classes, (head * 100) + 99)], "scores");
        return model.Build();
    }

    /// <summary>The bundle around it, with golden cases and a licence, as <c>model pack</c> writes it.</summary>
    internal static byte[] Bundle(byte[] onnx, string version, params (string Name, byte[] Content)[] more)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["golden-audio.npy"] = RandomBytes.Of(2_432, version.Length),
            ["golden-speech.npy"] = RandomBytes.Of(132, version.Length),
            ["vad.onnx"] = onnx,
        };
        foreach (var (name, content) in more)
        {
            files[name] = content;
        }
        files[ModelManifest.FileName] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(SampleBundle.ManifestFor(files)).Replace("6.0.0", version, StringComparison.Ordinal));
        return SampleBundle.Write(files);
    }

    /// <summary>A model whose tensors lie in another file.</summary>
    internal static byte[] External(string location, params (long Offset, long? Length)[] tensors) => TensorProtoBytes.Message(model =>
    {
        TensorProtoBytes.Bytes(model, 8, TensorProtoBytes.Message(opset => TensorProtoBytes.Varint(opset, 2, 17)));
        TensorProtoBytes.Bytes(model, 7, TensorProtoBytes.Message(graph =>
        {
            foreach (var (offset, length) in tensors)
            {
                TensorProtoBytes.Bytes(graph, 5, TensorProtoBytes.Message(tensor =>
                {
                    Entry(tensor, "location", location);
                    Entry(tensor, "offset", $"{offset}");
                    if (length is not null) Entry(tensor, "length", $"{length}");
                    TensorProtoBytes.Varint(tensor, 14, 1);
                }));
            }
        }));
    });

    private static void Entry(CodedOutputStream tensor, string key, string value) => TensorProtoBytes.Bytes(tensor, 13, TensorProtoBytes.Message(entry =>
    {
        TensorProtoBytes.Bytes(entry, 1, Encoding.ASCII.GetBytes(key));
        TensorProtoBytes.Bytes(entry, 2, Encoding.ASCII.GetBytes(value));
    }));

    private static string Weights(OnnxModelBuilder model, int count, int seed) =>
        model.Initializer(TensorData.Own(TensorElementType.Float32, [count], RandomBytes.Of(count * 4, seed)));
}
