using System.Text;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Tests.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using Google.Protobuf;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>Writes ONNX models of a few nodes, so that ONNX Runtime can be asked what an operator gives. Field numbers are those of <c>onnx.proto3</c>.</summary>
internal sealed class OnnxModelBuilder
{
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];
    private int _names;

    internal OnnxModelBuilder Input(string name, TensorElementType type, IReadOnlyList<long> shape)
    {
        _inputs.Add(ValueInfo(name, type, shape));
        return this;
    }

    /// <summary>An output whose shape the file leaves open.</summary>
    internal OnnxModelBuilder Output(string name, TensorElementType type)
    {
        _outputs.Add(ValueInfo(name, type, shape: null));
        return this;
    }

    /// <summary>A constant of the file; returns its name.</summary>
    internal string Initializer(TensorData value)
    {
        var name = $"initializer_{_names++}";
        _initializers.Add(TensorProtoBytes.Write(value, raw: true, name));
        return name;
    }

    internal string Initializer(params long[] values) => Initializer(TensorData.From<long>(TensorElementType.Int64, [values.Length], values));

    /// <summary>A name for a value between two nodes.</summary>
    internal string Temporary() => $"temporary_{_names++}";

    /// <summary>A node with one output; returns its name.</summary>
    internal string Node(string op, string[] inputs, string? output = null, params (string Name, object Value)[] attributes)
    {
        output ??= Temporary();
        Nodes(op, inputs, [output], attributes);
        return output;
    }

    internal void Nodes(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes) => _nodes.Add(TensorProtoBytes.Message(node =>
    {
        foreach (var input in inputs)
        {
            Text(node, 1, input);
        }
        foreach (var output in outputs)
        {
            Text(node, 2, output);
        }
        Text(node, 4, op);
        foreach (var (name, value) in attributes)
        {
            TensorProtoBytes.Bytes(node, 5, Attribute(name, value));
        }
    }));

    internal byte[] Build() => TensorProtoBytes.Message(model =>
    {
        TensorProtoBytes.Varint(model, 1, 8);
        TensorProtoBytes.Bytes(model, 8, TensorProtoBytes.Message(opset => TensorProtoBytes.Varint(opset, 2, 17)));
        TensorProtoBytes.Bytes(model, 7, TensorProtoBytes.Message(graph =>
        {
            _nodes.ForEach(node => TensorProtoBytes.Bytes(graph, 1, node));
            Text(graph, 2, "graph");
            _initializers.ForEach(initializer => TensorProtoBytes.Bytes(graph, 5, initializer));
            _inputs.ForEach(input => TensorProtoBytes.Bytes(graph, 11, input));
            _outputs.ForEach(output => TensorProtoBytes.Bytes(graph, 12, output));
        }));
    });

    private static byte[] Attribute(string name, object value) => TensorProtoBytes.Message(attribute =>
    {
        Text(attribute, 1, name);
        switch (value)
        {
            case long number:
                TensorProtoBytes.Varint(attribute, 3, (ulong)number);
                TensorProtoBytes.Varint(attribute, 20, 2);
                break;
            case long[] numbers:
                foreach (var number in numbers)
                {
                    TensorProtoBytes.Varint(attribute, 8, (ulong)number);
                }
                TensorProtoBytes.Varint(attribute, 20, 7);
                break;
            default: throw new ArgumentException($"No attribute of type {value.GetType()}", nameof(value));
        }
    });

    private static byte[] ValueInfo(string name, TensorElementType type, IReadOnlyList<long>? shape) => TensorProtoBytes.Message(info =>
    {
        Text(info, 1, name);
        TensorProtoBytes.Bytes(info, 2, TensorProtoBytes.Message(typeProto => TensorProtoBytes.Bytes(typeProto, 1, TensorProtoBytes.Message(tensor =>
        {
            TensorProtoBytes.Varint(tensor, 1, (ulong)type);
            if (shape is not null)
            {
                TensorProtoBytes.Bytes(tensor, 2, TensorProtoBytes.Message(shapeProto =>
                {
                    foreach (var size in shape)
                    {
                        TensorProtoBytes.Bytes(shapeProto, 1, TensorProtoBytes.Message(dimension => TensorProtoBytes.Varint(dimension, 1, (ulong)size)));
                    }
                }));
            }
        }))));
    });

    private static void Text(CodedOutputStream output, int field, string value) => TensorProtoBytes.Bytes(output, field, Encoding.UTF8.GetBytes(value));
}
