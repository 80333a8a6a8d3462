using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EdgeRunner.Benchmarks;

/// <summary><c>large-model</c>: the directory of a model of many layers of random weights and a small head, for <c>edgefleet model pack</c>. One seed of the head is one version.</summary>
internal static class LargeModel
{
    private const int Width = 1024;
    private const int Classes = 10;

    internal static void Write(string directory, int megabytes, int head, string version)
    {
        Directory.CreateDirectory(directory);
        var layers = Math.Max(1, megabytes * 1_000_000 / (Width * Width * sizeof(float)));
        using (var file = File.Create(Path.Combine(directory, "model.onnx"))) WriteOnnx(file, layers, head);
        File.WriteAllText(Path.Combine(directory, "model.json"), string.Create(CultureInfo.InvariantCulture, $$$"""
            {"format": 1, "name": "large", "version": "{{{version}}}", "description": "random weights, to be moved and not to be run", "license": "Apache-2.0",
             "inputs": [{"name": "x", "type": "float32", "shape": [1, {{{Width}}}], "meaning": "anything"}],
             "outputs": [{"name": "y", "type": "float32", "shape": [1, {{{Classes}}}], "meaning": "nothing"}],
             "graph": [{"step": "onnx", "name": "net", "file": "model.onnx", "inputs": {"x": "x"}, "outputs": {"y": "y"}}]}
            """));
    }

    // Field numbers are those of onnx.proto3; each length is known before its bytes, so that weights are written once and kept nowhere.
    private static void WriteOnnx(Stream file, int layers, int head)
    {
        var nodes = new List<byte[]>();
        var last = "x";
        for (var i = 0; i <= layers; i++)
        {
            var next = i == layers ? "y" : $"h{i}";
            nodes.Add([.. Text(1, last), .. Text(1, $"w{i}"), .. Text(2, next), .. Text(4, "MatMul")]);
            last = next;
        }

        byte[] values = [.. Message(11, ValueInfo("x", Width)), .. Message(12, ValueInfo("y", Classes))];
        byte[] start = [.. nodes.SelectMany(node => Message(1, node)), .. Text(2, "large")];
        var tensors = Enumerable.Range(0, layers + 1).Select(i => (Head: TensorHead(i, i == layers ? Classes : Width), Bytes: Width * (i == layers ? Classes : Width) * sizeof(float))).ToList();
        var graphBytes = start.Length + values.Length + tensors.Sum(tensor => (long)Frame(5, tensor.Head.Length + tensor.Bytes).Length + tensor.Head.Length + tensor.Bytes);
        file.Write([.. Varint(1, 8), .. Message(8, Varint(2, 17)), .. Frame(7, graphBytes), .. start]);
        for (var i = 0; i < tensors.Count; i++)
        {
            file.Write([.. Frame(5, tensors[i].Head.Length + tensors[i].Bytes), .. tensors[i].Head]);
            WriteWeights(file, new Random(i == layers ? head : 1000 + i), tensors[i].Bytes);
        }

        file.Write(values);
    }

    private static byte[] TensorHead(int number, int columns) =>
        [.. Varint(1, Width), .. Varint(1, (ulong)columns), .. Varint(2, 1), .. Text(8, $"w{number}"), .. Frame(9, (long)Width * columns * sizeof(float))];

    private static byte[] ValueInfo(string name, int size) =>
        [.. Text(1, name), .. Message(2, Message(1, [.. Varint(1, 1), .. Message(2, [.. Message(1, Varint(1, 1)), .. Message(1, Varint(1, (ulong)size))])]))];

    private static void WriteWeights(Stream file, Random random, int bytes)
    {
        var block = new byte[64 << 10];
        for (var left = bytes; left > 0; left -= block.Length)
        {
            for (var i = 0; i < block.Length; i += sizeof(float)) BinaryPrimitives.WriteSingleLittleEndian(block.AsSpan(i), (random.NextSingle() - 0.5f) / 16);
            file.Write(block, 0, Math.Min(left, block.Length));
        }
    }

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [.. Frame(field, content.Length), .. content];

    private static byte[] Frame(int field, long length) => [.. Number((ulong)((field << 3) | 2)), .. Number((ulong)length)];

    private static byte[] Varint(int field, ulong value) => [.. Number((ulong)(field << 3)), .. Number(value)];

    private static List<byte> Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7f; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
