namespace EdgeRunner.Device.Commands;

/// <summary>Lines up columns of text for a terminal; numbers to the right, words to the left.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    public void Add(params string[] cells)
    {
        if (cells.Length != headings.Length) throw new ArgumentException($"{cells.Length} cells for {headings.Length} columns", nameof(cells));
        _rows.Add(cells);
    }

    public void WriteTo(TextWriter output)
    {
        var widths = new int[headings.Length];
        foreach (var row in _rows)
            for (var column = 0; column < row.Length; column++) widths[column] = Math.Max(widths[column], row[column].Length);

        foreach (var row in _rows)
        {
            var cells = row.Select((cell, column) => IsNumber(_rows[^1][column]) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private static bool IsNumber(string cell) => cell.Length > 0 && (char.IsAsciiDigit(cell[0]) || cell is "-");
}
