using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Tests.Tensors;

namespace EdgeRunner.Inference.Tests.Bundles;

/// <summary>A small valid bundle, and its parts to be damaged.</summary>
internal static class SampleBundle
{
    /// <summary>The author's form of a manifest with every member.</summary>
    internal const string AuthorJson = """
        { "format": 1, "name": "silero-vad", "version": "6.0.0", "description": "voice activity", "license": "MIT",
          "inputs":  [ { "name": "audio", "type": "float32", "shape": [1, 576], "meaning": "mono audio", "unit": "full-scale" } ],
          "outputs": [ { "name": "speech", "type": "float32", "shape": [1, 1], "meaning": "speech probability", "labels": ["speech"] } ],
          "constants": [ { "name": "sr", "type": "int64", "shape": [], "values": [16000] } ],
          "states": [ { "name": "rnn", "type": "float32", "shape": [2, 1, 128], "next": "rnn_next" } ],
          "graph": [ { "step": "onnx", "name": "vad", "file": "vad.onnx",
                       "inputs": { "input": "audio", "state": "rnn", "sr": "sr" },
                       "outputs": { "output": "speech", "stateN": "rnn_next" } } ],
          "limits": { "memoryBytes": 67108864, "p99LatencyMicroseconds": 20000 },
          "hardware": { "providers": ["cpu"] },
          "golden": [ { "name": "goforward", "sequence": true, "inputs": { "audio": "golden-audio.npy" }, "outputs": { "speech": "golden-speech.npy" }, "rtol": 1e-3, "atol": 1e-5 } ] }
        """;

    /// <summary>A ModelProto with an operator set and, where wanted, external data.</summary>
    internal static byte[] Onnx(params string[] external) => TensorProtoBytes.Message(model =>
    {
        TensorProtoBytes.Varint(model, 1, 8);
        TensorProtoBytes.Bytes(model, 8, TensorProtoBytes.Message(opset => TensorProtoBytes.Varint(opset, 2, 16)));
        TensorProtoBytes.Bytes(model, 7, TensorProtoBytes.Message(graph =>
        {
            foreach (var location in external)
            {
                TensorProtoBytes.Bytes(graph, 5, TensorProtoBytes.Message(tensor =>
                {
                    TensorProtoBytes.Bytes(tensor, 13, TensorProtoBytes.Message(entry =>
                    {
                        TensorProtoBytes.Bytes(entry, 1, "location"u8.ToArray());
                        TensorProtoBytes.Bytes(entry, 2, Encoding.UTF8.GetBytes(location));
                    }));
                    TensorProtoBytes.Varint(tensor, 14, 1);
                }));
            }
        }));
    });

    /// <summary>Files of a valid bundle, <c>model.json</c> included.</summary>
    internal static Dictionary<string, byte[]> Files()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["vad.onnx"] = Onnx(),
            ["golden-audio.npy"] = [1, 2, 3],
            ["golden-speech.npy"] = [],
        };
        files[ModelManifest.FileName] = ManifestFor(files);
        return files;
    }

    /// <summary>The bundle's form of the manifest, with the digests of <paramref name="files"/>.</summary>
    internal static byte[] ManifestFor(IReadOnlyDictionary<string, byte[]> files) => ManifestReader.Write(Author() with
    {
        Files = [.. files.Where(file => !string.Equals(file.Key, ModelManifest.FileName, StringComparison.Ordinal))
            .Select(file => new FileSpec(file.Key, file.Value.Length, Convert.ToHexStringLower(SHA256.HashData(file.Value))))],
    });

    internal static ModelManifest Author() => ManifestReader.Read(Encoding.UTF8.GetBytes(AuthorJson), "model.json", ManifestForm.Author);

    /// <summary>The bundle as bytes.</summary>
    internal static byte[] Write(IReadOnlyDictionary<string, byte[]>? files = null)
    {
        using var stream = new MemoryStream();
        ZipWriter.Write(stream, (files ?? Files()).ToDictionary(file => file.Key, file => (ReadOnlyMemory<byte>)file.Value, StringComparer.Ordinal));
        return stream.ToArray();
    }

    internal static ModelBundle Read(byte[] bundle, BundleLimits? limits = null) =>
        ModelBundle.Read(new MemoryStream(bundle), "sample.ermodel", limits ?? BundleLimits.Default);

    internal static BundleException Refuse(byte[] bundle, BundleLimits? limits = null) => Assert.Throws<BundleException>(() => Read(bundle, limits));
}
