using System.Globalization;
using System.Text;

namespace EdgeRunner.Device.Sensors;

/// <summary>A line of comma-separated numbers (RFC 4180 quoting, but no line feeds inside quotes: they are never numbers).</summary>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc4180"/>
internal sealed class CsvLineParser : LineParser
{
    private enum Fault
    {
        None,
        NotANumber,
        FieldCount,
        Quoting,
    }

    private readonly List<string>? _columns;
    private readonly CsvHeader _header;
    private readonly byte[] _comment;
    private readonly byte _separator;
    private readonly bool _blanks;
    private int _channels;
    private bool _first = true;
    private int[] _targets = []; // by field: channel, or -1; empty = field n is channel n
    private string? _mapFault; // a column that is not there makes every line bad
    private Fault _fault;
    private int _faultField;

    /// <summary>A parser for the given options.</summary>
    /// <param name="options">Columns, separator, header, comment.</param>
    /// <param name="channels">Values per frame; 0 = take those of the first line, see <see cref="Detect"/>.</param>
    public CsvLineParser(SampleFormatOptions options, int channels)
    {
        _columns = options.Columns;
        _header = options.Header;
        _comment = Encoding.UTF8.GetBytes(options.Comment);
        _blanks = options.Separator is SampleFormatOptions.SpaceSeparator;
        _separator = _blanks ? (byte)' ' : (byte)options.Separator[0];
        _channels = _columns?.Count ?? channels;
        Reset();
    }

    /// <inheritdoc/>
    public override int Channels => _channels;

    /// <summary>Learns the number of channels from the first line that is not blank or a comment, and checks the columns against it.</summary>
    /// <exception cref="SensorException">A configured column is not in the header.</exception>
    /// <returns>False when <paramref name="head"/> has no such line.</returns>
    public bool Detect(ReadOnlySpan<byte> head)
    {
        while (!head.IsEmpty)
        {
            var end = head.IndexOf((byte)'\n');
            var line = (end < 0 ? head : head[..end]).Trim(" \t\r"u8);
            head = end < 0 ? [] : head[(end + 1)..];
            if (IsBlank(line))
                continue;
            if (_channels == 0)
                _channels = CountFields(line);
            Parse(line, new float[_channels]);
            var fault = _mapFault;
            Reset();
            return fault is null ? true : throw new SensorException(fault);
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _first = true;
        _mapFault = null;
        if (_columns is null)
            return;
        // Without a header columns are numbers; with one they are names first (Map), and a number that is no name is an index.
        _targets = [];
        if (_header == CsvHeader.No)
            Map([]);
    }

    /// <inheritdoc/>
    public override LineOutcome Parse(ReadOnlySpan<byte> line, Span<float> frame)
    {
        line = line.Trim(" \t\r"u8);
        if (IsBlank(line))
            return LineOutcome.Skipped;
        if (_first)
        {
            _first = false;
            if (_header == CsvHeader.Yes || (_header == CsvHeader.Auto && !IsNumbers(line)))
            {
                if (_columns is not null)
                    Map(SplitText(line));
                return LineOutcome.Skipped;
            }

            if (_columns is not null && _header == CsvHeader.Auto)
                Map([]);
        }

        _fault = Fault.None;
        if (_mapFault is not null)
            return LineOutcome.Bad;
        var found = 0;
        var fields = 0;
        var more = true;
        for (; more; fields++)
        {
            if (!NextField(ref line, out var field, out more))
                return Bad(Fault.Quoting, fields);
            var channel = _columns is null ? fields : fields < _targets.Length ? _targets[fields] : -1;
            if (channel < 0)
                continue;
            if (channel >= _channels)
                return Bad(Fault.FieldCount, fields);
            if (!TryParseNumber(field, out frame[channel]))
                return Bad(Fault.NotANumber, fields);
            found++;
        }

        return found == _channels ? LineOutcome.Frame : Bad(Fault.FieldCount, fields);
    }

    /// <inheritdoc/>
    public override string Complain(ReadOnlySpan<byte> line)
    {
        if (_mapFault is not null)
            return _mapFault;
        line = line.Trim(" \t\r"u8);
        switch (_fault)
        {
            case Fault.NotANumber:
                var text = SplitText(line);
                return $"field {_faultField + 1} {Quote(Encoding.UTF8.GetBytes(_faultField < text.Count ? text[_faultField] : ""))} is not a number";
            case Fault.Quoting:
                return $"field {_faultField + 1} has a quote that is not closed";
            default:
                return $"{CountFields(line)} fields, expected {(_columns is null ? _channels : _targets.Length)}: {Quote(line)}";
        }
    }

    private LineOutcome Bad(Fault fault, int field)
    {
        (_fault, _faultField) = (fault, field);
        return LineOutcome.Bad;
    }

    private bool IsBlank(ReadOnlySpan<byte> line) => line.IsEmpty || (_comment.Length > 0 && line.StartsWith(_comment));

    private bool IsNumbers(ReadOnlySpan<byte> line)
    {
        for (var more = true; more;)
        {
            if (!NextField(ref line, out var field, out more) || (!field.IsEmpty && !TryParseNumber(field, out _)))
                return false;
        }

        return true;
    }

    private int CountFields(ReadOnlySpan<byte> line)
    {
        var fields = 0;
        for (var more = true; more; fields++)
        {
            if (!NextField(ref line, out _, out more))
                break;
        }

        return fields;
    }

    private List<string> SplitText(ReadOnlySpan<byte> line)
    {
        List<string> fields = [];
        for (var more = true; more && NextField(ref line, out var field, out more);)
            fields.Add(Encoding.UTF8.GetString(field).Replace("\"\"", "\"", StringComparison.Ordinal));
        return fields;
    }

    /// <summary>Cuts the first field off <paramref name="line"/>; false when a quote is not closed or text follows a closed one.</summary>
    private bool NextField(ref ReadOnlySpan<byte> line, out ReadOnlySpan<byte> field, out bool more)
    {
        line = line.TrimStart(_separator == '\t' ? " "u8 : " \t"u8);
        int end;
        if (line is [(byte)'"', ..])
        {
            var close = 1;
            while (true)
            {
                var next = line[close..].IndexOf((byte)'"');
                if (next < 0)
                {
                    field = line;
                    more = false;
                    return false;
                }

                close += next + 1;
                if (close >= line.Length || line[close] != '"')
                    break;
                close++;
            }

            field = line[1..(close - 1)];
            var tail = line[close..].TrimStart(_separator == '\t' ? " "u8 : " \t"u8);
            more = !tail.IsEmpty;
            if (more && !_blanks && tail[0] != _separator)
                return false;
            line = more && !_blanks ? tail[1..] : tail;
            return true;
        }

        end = _blanks ? line.IndexOfAny((byte)' ', (byte)'\t') : line.IndexOf(_separator);
        more = end >= 0;
        field = (more ? line[..end] : line).TrimEnd(" \t"u8);
        line = more ? line[(end + 1)..] : [];
        return true;
    }

    /// <summary>Finds each configured column in the header (empty = there is none).</summary>
    private void Map(List<string> header)
    {
        var indices = new int[_columns!.Count];
        for (var i = 0; i < indices.Length; i++)
        {
            var column = _columns[i];
            indices[i] = header.IndexOf(column);
            if (indices[i] >= 0)
                continue;
            if (!int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out indices[i]) || indices[i] > 65_535)
            {
                _mapFault = header.Count == 0 ? $"column \"{column}\" is a name, but there is no header"
                    : $"no column \"{column}\"; the header has {string.Join(", ", header.Take(20))}";
                return;
            }
        }

        _targets = new int[indices.Max() + 1];
        _targets.AsSpan().Fill(-1);
        for (var i = 0; i < indices.Length; i++)
            _targets[indices[i]] = i;
    }
}
