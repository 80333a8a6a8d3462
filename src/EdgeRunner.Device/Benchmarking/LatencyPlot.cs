using System.Globalization;
using System.Text;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Draws a report as one SVG file without references to other files: a histogram for each setting and mode, one below the other over the
/// same logarithmic axis, with its percentiles marked. Readable on light and dark pages.</summary>
internal sealed class LatencyPlot
{
    private const int Width = 960;
    private const int Left = 60;
    private const int Right = Width - 28;
    private const int BarsHeight = 84;
    private const int HeadHeight = 86;
    private const int LabelRow = 14;

    /// <summary>Width of a character of a 11 px label, on the wide side: fonts differ from viewer to viewer.</summary>
    private const double CharacterWidth = 6.4;

    private const string Style = """
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1b2430}
        .page{fill:#fff}.title{font-size:20px;font-weight:600}.sub{font-size:12px;fill:#5a6675}.name{font-size:13px;font-weight:600}.label{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}.tick{font-size:10px;fill:#5a6675}
        .grid{stroke:#e4e8ed}.axis{stroke:#8c98a6}.mark{stroke:#1b2430;stroke-opacity:.65}.hot{fill:#2b6cd9}.paced{fill:#d0701a}
        @media (prefers-color-scheme:dark){text{fill:#e6ebf1}.page{fill:#14191f}.label{stroke:#14191f}.sub,.tick{fill:#9aa7b5}.grid{stroke:#29313b}.axis{stroke:#6d7a88}.mark{stroke:#e6ebf1}.hot{fill:#6ea3f5}.paced{fill:#f0a050}}
        </style>
        """;

    private readonly StringBuilder _svg = new();
    private readonly double _low;
    private readonly double _high;

    private LatencyPlot(IEnumerable<LatencySummary> summaries)
    {
        var bins = summaries.SelectMany(summary => summary.Histogram).ToArray();
        // At least a third of a decade, so that a model without any spread is a bar and not the whole width.
        var (low, high) = (Math.Log10(bins.Min(bin => bin.FromUs)), Math.Log10(bins.Max(bin => bin.ToUs)));
        var pad = Math.Max(0.02 * (high - low), (0.34 - (high - low)) / 2);
        (_low, _high) = (low - pad, high + pad);
    }

    /// <summary>The file's text.</summary>
    public static string Draw(BenchReport report)
    {
        var panels = new List<(string Name, string Class, LatencySummary Summary)>();
        foreach (var setting in report.Settings)
        {
            panels.Add(($"{setting.Setting}, back to back", "hot", setting.BackToBack));
            if (setting.Paced is { } paced) panels.Add(($"{setting.Setting}, {Number(report.IntervalMs)} ms apart", "paced", paced));
        }

        return new LatencyPlot(panels.Select(panel => panel.Summary)).Draw(report, panels);
    }

    /// <summary>Text as it may stand in XML: markup escaped, characters that XML 1.0 cannot have replaced.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                '\t' or '\n' or '\r' => escaped.Append(' '),
                < 0x20 or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }

    private string Draw(BenchReport report, List<(string Name, string Class, LatencySummary Summary)> panels)
    {
        var y = HeadHeight;
        var body = new StringBuilder();
        foreach (var (name, style, summary) in panels) y = Panel(body, y, name, style, summary);
        var height = y + 44;
        var title = $"{report.Model}: latency of a run";
        _svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" role=\"img\">\n<title>{Escape(title)}</title>\n");
        _svg.Append(Style.ReplaceLineEndings("\n")).Append(CultureInfo.InvariantCulture, $"\n<rect class=\"page\" width=\"{Width}\" height=\"{height}\"/>\n");
        Text(_svg, Left, 32, "title", Shorten(title, 76));
        Text(_svg, Left, 52, "sub", Shorten(report.Machine.ToString(), 140));
        Text(_svg, Left, 68, "sub", Shorten($"{report.Date:yyyy-MM-dd HH:mm} UTC, ONNX Runtime {report.OnnxRuntime}, edgerunner {report.EdgeRunner}, input: {report.Input.Description}", 140));
        Ticks(_svg, y);
        _svg.Append(body);
        Text(_svg, Left, y + 36, "sub", $"Across: time of one run, logarithmic. Up: runs in a bin 5.9 % wide, logarithmic. {report.Rounds} rounds in turn.");
        return _svg.Append("</svg>\n").ToString();
    }

    private int Panel(StringBuilder svg, int top, string name, string style, LatencySummary summary)
    {
        (string Name, double Us)[] marks = [("p50", summary.P50Us), ("p90", summary.P90Us), ("p99", summary.P99Us), ("p99.9", summary.P999Us), ("max", summary.MaxUs)];
        // With few runs the upper ones are the same run: one line, one label.
        var labels = Place([.. marks.GroupBy(mark => mark.Us).Select(same => (string.Join(", ", same.Select(mark => mark.Name)), same.Key))]);
        var bars = top + 22 + ((labels.Max(label => label.Row) + 1) * LabelRow) + 4;
        var bottom = bars + BarsHeight;
        Text(svg, Left, top + 14, "name", name);
        Text(svg, Right, top + 14, "sub", $"{summary.Runs.ToString("#,0", CultureInfo.InvariantCulture)} runs, {summary.RunsPerSecond.ToString("#,0", CultureInfo.InvariantCulture)} a second", "end");

        var most = Math.Log10(1 + summary.Histogram.Max(bin => bin.Runs));
        for (var runs = 1; Math.Log10(1 + runs) <= most; runs *= 10)
        {
            var y = bottom - (Math.Log10(1 + runs) / most * BarsHeight);
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {y:0.0}H{Right}\"/>\n");
            Text(svg, Left - 6, y + 3, "tick", runs.ToString("#,0", CultureInfo.InvariantCulture), "end");
            if (runs > 100_000_000) break;
        }

        foreach (var bin in summary.Histogram)
        {
            var (from, to, height) = (X(bin.FromUs), X(bin.ToUs), Math.Log10(1 + bin.Runs) / most * BarsHeight);
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{from:0.00}\" y=\"{bottom - height:0.00}\" width=\"{Math.Max(1, to - from - 0.6):0.00}\" height=\"{height:0.00}\"/>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{Left} {bottom}H{Right}\"/>\n");
        foreach (var (_, x, _, row) in labels) svg.Append(CultureInfo.InvariantCulture, $"<path class=\"mark\" stroke-dasharray=\"2 2\" d=\"M{x:0.0} {Baseline(row) - 8}V{bottom}\"/>\n");
        foreach (var (mark, _, labelX, row) in labels) Text(svg, labelX, Baseline(row), "label", mark);

        return bottom + 16;

        int Baseline(int row) => top + 32 + (row * LabelRow);
    }

    /// <summary>Puts each label beside its line, in the first row that is free there. A line that passes behind a label is covered by the label's halo.</summary>
    private List<(string Text, double X, double LabelX, int Row)> Place((string Name, double Us)[] marks)
    {
        var placed = new List<(string Text, double X, double LabelX, int Row)>();
        var taken = new List<(double From, double To, int Row)>();
        foreach (var (name, us) in marks)
        {
            var text = $"{name} {BenchWords.Time(us)}";
            var (x, width) = (X(us), text.Length * CharacterWidth);
            var labelX = x + 4 + width > Right ? x - 4 - width : x + 4;
            var row = 0;
            while (taken.Exists(other => other.Row == row && other.From < labelX + width + 4 && labelX < other.To + 4)) row++;
            taken.Add((Math.Min(x, labelX), Math.Max(x, labelX + width), row));
            placed.Add((text, x, labelX, row));
        }

        return placed;
    }

    private void Ticks(StringBuilder svg, int bottom)
    {
        // 1, 2, 5 while there is room; only powers of ten over many decades.
        double[] steps = (_high - _low) switch { < 2.5 => [1, 2, 5], < 5 => [1, 3], _ => [1] };
        for (var decade = (int)Math.Floor(_low); decade <= _high; decade++)
        {
            foreach (var step in steps)
            {
                var us = step * Math.Pow(10, decade);
                if (Math.Log10(us) < _low || Math.Log10(us) > _high) continue;
                svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{X(us):0.0} {HeadHeight}V{bottom - 12}\"/>\n");
                Text(svg, X(us), bottom, "tick", TickWords(us), "middle");
            }
        }
    }

    private double X(double us) => Left + ((Math.Log10(Math.Max(us, 1e-6)) - _low) / (_high - _low) * (Right - Left));

    private static void Text(StringBuilder svg, double x, double y, string style, string text, string anchor = "start") =>
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.0}\" y=\"{y:0.0}\"{(anchor is "start" ? "" : $" text-anchor=\"{anchor}\"")}>{Escape(text)}</text>\n");

    private static string TickWords(double us) => us switch
    {
        < 0.9999 => $"{Number(us * 1e3)} ns",
        < 999.9 => $"{Number(us)} µs",
        < 999_900 => $"{Number(us / 1e3)} ms",
        _ => $"{Number(us / 1e6)} s",
    };

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Shorten(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
}
