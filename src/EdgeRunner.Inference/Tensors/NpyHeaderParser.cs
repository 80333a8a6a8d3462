using System.Globalization;

namespace EdgeRunner.Inference.Tensors;

/// <summary>Reads the Python dictionary in a <c>.npy</c> header: exactly the keys <c>descr</c>, <c>fortran_order</c>, <c>shape</c>, in any order.</summary>
internal ref struct NpyHeaderParser
{
    private readonly string _text;
    private int _position;

    private NpyHeaderParser(string text) => _text = text;

    internal readonly record struct Fields(string Description, bool FortranOrder, long[] Shape);

    internal static Fields Parse(string text) => new NpyHeaderParser(text).ParseDictionary();

    private Fields ParseDictionary()
    {
        string? description = null;
        bool? fortranOrder = null;
        long[]? shape = null;
        Expect('{');
        while (!TryTake('}'))
        {
            var key = ParseString();
            Expect(':');
            switch (key)
            {
                case "descr" when description is null: description = ParseString(); break;
                case "fortran_order" when fortranOrder is null: fortranOrder = ParseBool(); break;
                case "shape" when shape is null: shape = ParseShape(); break;
                default: throw Bad($"key '{key}' is not known, or is there twice");
            }
            if (!TryTake(','))
            {
                Expect('}');
                break;
            }
        }
        SkipBlanks();
        return _position == _text.Length && description is not null && fortranOrder is { } order && shape is not null
            ? new Fields(description, order, shape)
            : throw Bad("it must hold 'descr', 'fortran_order' and 'shape', and nothing after them");
    }

    private string ParseString()
    {
        SkipBlanks();
        var quote = _position < _text.Length ? _text[_position] : '\0';
        var end = quote is '\'' or '"' ? _text.IndexOf(quote, _position + 1) : -1;
        if (end < 0)
        {
            // A list here is a structured type: several named columns of different types.
            throw Bad(quote == '[' ? "structured element types are not supported" : $"a string is expected at character {_position}");
        }
        var value = _text[(_position + 1)..end];
        _position = end + 1;
        return value;
    }

    private bool ParseBool()
    {
        SkipBlanks();
        foreach (var (word, value) in new[] { ("True", true), ("False", false) })
        {
            if (_text.AsSpan(_position).StartsWith(word, StringComparison.Ordinal))
            {
                _position += word.Length;
                return value;
            }
        }
        throw Bad("'fortran_order' is neither True nor False");
    }

    private long[] ParseShape()
    {
        var shape = new List<long>();
        Expect('(');
        while (!TryTake(')'))
        {
            SkipBlanks();
            var start = _position;
            while (_position < _text.Length && char.IsAsciiDigit(_text[_position]))
            {
                _position++;
            }
            if (!long.TryParse(_text.AsSpan(start, _position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var dimension) || shape.Count == TensorData.MaxRank)
            {
                throw Bad($"'shape' is not a tuple of at most {TensorData.MaxRank} whole numbers");
            }
            shape.Add(dimension);
            TryTake('L'); // Python 2 wrote long integers so.
            if (!TryTake(','))
            {
                Expect(')');
                break;
            }
        }
        return [.. shape];
    }

    private bool TryTake(char expected)
    {
        SkipBlanks();
        var found = _position < _text.Length && _text[_position] == expected;
        _position += found ? 1 : 0;
        return found;
    }

    private void Expect(char expected)
    {
        if (!TryTake(expected))
        {
            throw Bad($"'{expected}' is expected at character {_position}");
        }
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && _text[_position] is (' ' or '\n' or '\t' or '\r'))
        {
            _position++;
        }
    }

    private static FormatException Bad(string problem) => new($"the .npy header is damaged: {problem}");
}
