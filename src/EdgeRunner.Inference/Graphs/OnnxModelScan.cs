using Google.Protobuf;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Walks the messages of a <c>ModelProto</c> that can hold a tensor. Field numbers are those of <c>onnx.proto3</c>.</summary>
/// <seealso href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3"/>
internal sealed class OnnxModelScan(CodedInputStream input)
{
    /// <summary>Messages inside messages at most. Two nested control-flow bodies take 8; protobuf's own bound is 100.</summary>
    private const int MaxDepth = 100;

    private int _depth;
    private uint _tag;

    internal Dictionary<string, long> Opsets { get; } = new(StringComparer.Ordinal);

    internal SortedSet<string> ExternalFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>Operators, those in the bodies of others included.</summary>
    internal int Nodes { get; private set; }

    private delegate void FieldReader(int field);

    internal void Run(long length)
    {
        Walk(length, ReadModel);
        if (Opsets.Count == 0)
        {
            throw new FormatException("not an ONNX model: it names no operator set");
        }
    }

    private void ReadModel(int field)
    {
        switch (field)
        {
            case 7: Enter(ReadGraph); break;
            case 8: ReadOpset(); break;
            case 20: Enter(inner => EnterIf(inner is 1 or 2, ReadGraph)); break; // TrainingInfoProto
            case 25: Enter(inner => EnterIf(inner == 7, ReadNode)); break; // FunctionProto
            default: input.SkipLastField(); break;
        }
    }

    private void ReadGraph(int field)
    {
        switch (field)
        {
            case 1:
                Nodes++;
                Enter(ReadNode);
                break;
            case 5: Enter(ReadTensor); break;
            case 15: Enter(ReadSparseTensor); break;
            default: input.SkipLastField(); break;
        }
    }

    private void ReadNode(int field) => EnterIf(field == 5, ReadAttribute);

    private void ReadAttribute(int field)
    {
        switch (field)
        {
            case 5 or 10: Enter(ReadTensor); break;
            case 6 or 11: Enter(ReadGraph); break;
            case 22 or 23: Enter(ReadSparseTensor); break;
            default: input.SkipLastField(); break;
        }
    }

    private void ReadSparseTensor(int field) => EnterIf(field is 1 or 2, ReadTensor);

    private void ReadTensor(int field) => EnterIf(field == 13, NewEntryReader());

    /// <summary>A StringStringEntryProto: 1 is the key, 2 the value, in any order.</summary>
    private FieldReader NewEntryReader()
    {
        string? key = null, value = null;
        return field =>
        {
            switch (field)
            {
                case 1: key = input.ReadString(); break;
                case 2: value = input.ReadString(); break;
                default: input.SkipLastField(); break;
            }
            if (value is not null && string.Equals(key, "location", StringComparison.Ordinal))
            {
                ExternalFiles.Add(value);
            }
        };
    }

    private void ReadOpset()
    {
        var (domain, version) = ("", 0L);
        Enter(field =>
        {
            switch (field)
            {
                case 1: domain = input.ReadString(); break;
                case 2: version = input.ReadInt64(); break;
                default: input.SkipLastField(); break;
            }
        });
        Opsets[domain.Length == 0 ? "ai.onnx" : domain] = version;
    }

    private void EnterIf(bool wanted, FieldReader read)
    {
        if (wanted)
        {
            Enter(read);
        }
        else
        {
            input.SkipLastField();
        }
    }

    private void Enter(FieldReader read)
    {
        if (WireFormat.GetTagWireType(_tag) != WireFormat.WireType.LengthDelimited)
        {
            throw new FormatException("not an ONNX model: a field that holds a message holds a number");
        }
        if (++_depth > MaxDepth)
        {
            throw new FormatException($"not an ONNX model: messages are nested more than {MaxDepth} deep");
        }
        var length = input.ReadLength();
        Walk(length < 0 ? throw new FormatException("not an ONNX model: a message has a negative length") : input.Position + length, read);
        _depth--;
    }

    private void Walk(long end, FieldReader read)
    {
        while (input.Position < end)
        {
            _tag = input.ReadTag();
            if (_tag == 0)
            {
                break;
            }
            read(WireFormat.GetTagFieldNumber(_tag));
        }
        if (input.Position != end)
        {
            throw new FormatException("not an ONNX model: a message does not end where its length says");
        }
    }
}
