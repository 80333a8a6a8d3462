using System.Globalization;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Inference.Chunks;

/// <summary>Finds where the contents of tensors lie in an ONNX file, without reading them. Field numbers are those of <c>onnx.proto3</c>.</summary>
/// <seealso href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3"/>
internal sealed class OnnxTensorScan
{
    /// <summary>Two nested control-flow bodies take 8.</summary>
    private const int MaxDepth = 100;

    /// <summary>As many as a bundle of 1 GiB has room for when each is as long as the shortest chunk.</summary>
    private const int MaxExternal = 1 << 16;

    private readonly ProtoCursor _cursor;
    private int _depth;

    private OnnxTensorScan(ProtoCursor cursor) => _cursor = cursor;

    private delegate void FieldReader(int field, long length);

    /// <summary>Contents of <see cref="ChunkRule.MinBytes"/> or more, by their places in the file that holds the message.</summary>
    internal List<(long Start, long Length)> Inside { get; } = [];

    /// <summary>Contents that lie in other entries of the bundle. A length of null reaches to the end.</summary>
    internal List<(string Entry, long Offset, long? Length)> Outside { get; } = [];

    /// <exception cref="FormatException">Not an ONNX model.</exception>
    internal static OnnxTensorScan Run(Stream file, long start, long length)
    {
        var scan = new OnnxTensorScan(new ProtoCursor(file, start, start + length));
        scan.Enter(length, scan.ReadModel);
        return scan;
    }

    private void ReadModel(int field, long length)
    {
        switch (field)
        {
            case 7: Enter(length, ReadGraph); break;
            case 20: Enter(length, (inner, bytes) => EnterIf(inner is 1 or 2, bytes, ReadGraph)); break; // TrainingInfoProto
            case 25: Enter(length, (inner, bytes) => EnterIf(inner == 7, bytes, ReadNode)); break; // FunctionProto
            default: _cursor.Skip(length); break;
        }
    }

    private void ReadGraph(int field, long length)
    {
        switch (field)
        {
            case 1: Enter(length, ReadNode); break;
            case 5: ReadTensor(length); break;
            case 15: Enter(length, ReadSparseTensor); break;
            default: _cursor.Skip(length); break;
        }
    }

    private void ReadNode(int field, long length) => EnterIf(field == 5, length, ReadAttribute);

    private void ReadAttribute(int field, long length)
    {
        switch (field)
        {
            case 5 or 10: ReadTensor(length); break;
            case 6 or 11: Enter(length, ReadGraph); break;
            case 22 or 23: Enter(length, ReadSparseTensor); break;
            default: _cursor.Skip(length); break;
        }
    }

    private void ReadSparseTensor(int field, long length)
    {
        if (field is 1 or 2)
        {
            ReadTensor(length);
        }
        else
        {
            _cursor.Skip(length);
        }
    }

    private void ReadTensor(long length)
    {
        string? location = null, offset = null, bytes = null;
        Enter(length, (field, content) =>
        {
            if (field == 13)
            {
                var (key, value) = ReadEntry(content);
                switch (key)
                {
                    case "location": location = value; break;
                    case "offset": offset = value; break;
                    case "length": bytes = value; break;
                }
                return;
            }
            // Raw, or packed numbers of whatever type.
            if (field is 4 or 5 or 7 or 9 or 10 or 11 && content >= ChunkRule.MinBytes)
            {
                Inside.Add((_cursor.Position, content));
            }
            _cursor.Skip(content);
        });
        if (location is null || !TryParse(offset ?? "0", out var from))
        {
            return;
        }
        Outside.Add((location, from, TryParse(bytes, out var count) ? count : null));
        if (Outside.Count > MaxExternal)
        {
            throw new FormatException($"more than {MaxExternal} tensors in other files");
        }
    }

    /// <summary>A StringStringEntryProto: 1 is the key, 2 the value, in any order. Text too long to mean anything here is not read.</summary>
    private (string? Key, string? Value) ReadEntry(long length)
    {
        string? key = null, value = null;
        Enter(length, (field, content) =>
        {
            if (field is not (1 or 2) || content > EntryNames.MaxLength)
            {
                _cursor.Skip(content);
                return;
            }
            var text = _cursor.ReadText((int)content);
            (key, value) = field == 1 ? (text, value) : (key, text);
        });
        return (key, value);
    }

    private static bool TryParse(string? text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private void EnterIf(bool wanted, long length, FieldReader read)
    {
        if (wanted)
        {
            Enter(length, read);
        }
        else
        {
            _cursor.Skip(length);
        }
    }

    private void Enter(long length, FieldReader read)
    {
        if (++_depth > MaxDepth)
        {
            throw new FormatException($"messages are nested more than {MaxDepth} deep");
        }
        var end = _cursor.Position + length;
        while (_cursor.Position < end)
        {
            var (field, content) = _cursor.ReadField(end);
            if (content is { } bytes)
            {
                read(field, bytes);
            }
        }
        if (_cursor.Position != end)
        {
            throw ProtoCursor.Damaged();
        }
        _depth--;
    }
}
