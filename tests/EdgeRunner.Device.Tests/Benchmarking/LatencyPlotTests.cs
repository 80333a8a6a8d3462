using System.Xml.Linq;
using EdgeRunner.Device.Benchmarking;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Benchmarking;

public sealed class LatencyPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData("a<b>&\"'</text><script>alert(1)</script>")]
    [InlineData("]]> <!-- --> &#0; &amp;")]
    [InlineData("control \0 \u0001 \u001f \ufffe \uffff")]
    [InlineData("\ud800 half a pair \udc00")]
    [InlineData("")]
    public void Hostile_model_name_stays_text(string name) => AssertSound(name, name);

    [Fact]
    public void Any_text_gives_well_formed_xml_of_known_elements() => Prop.ForAll<string, string>((model, input) => AssertSound(model ?? "", input ?? "")).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_setting_has_a_panel_with_its_percentiles()
    {
        var report = Reports.Report("m 1.0.0", "x.npy", Reports.Setting(1, false, 10, 20, 4000), Reports.Setting(2, true, 8, 9, 10) with { Paced = Reports.Summary([30, 31, 32]) });
        var texts = Texts(LatencyPlot.Draw(report));
        Assert.Contains("m 1.0.0: latency of a run", texts);
        Assert.Contains("1 thread, back to back", texts);
        Assert.Contains("2 threads, spinning, 10 ms apart", texts);
        Assert.Contains("p50 20.0 µs", texts);
        Assert.Contains("p90, p99, p99.9, max 4.00 ms", texts);
        Assert.Contains(texts, text => text.Contains("a <processor> & more, 4 cores, arm64", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.StartsWith("2026-11-21 07:00 UTC", StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_of_a_panel_do_not_overlap() => Prop.ForAll(
        Gen.Choose(1, 100_000_000).NonEmptyListOf().ToArbitrary(),
        values =>
        {
            var document = XDocument.Parse(LatencyPlot.Draw(Reports.Report("m", "x", Reports.Setting(1, false, [.. values.Select(value => value / 1000.0)]))));
            var labels = document.Descendants(Svg + "text").Where(text => (string?)text.Attribute("class") is "label")
                .Select(text => (X: (double)text.Attribute("x")!, Y: (double)text.Attribute("y")!, Width: text.Value.Length * 6.0)).ToArray();
            return labels.Length > 0
                && labels.All(label => label.X >= 0 && label.X + label.Width <= 960)
                && labels.All(one => labels.All(other => one == other || Math.Abs(one.Y - other.Y) > 10 || one.X + one.Width <= other.X || other.X + other.Width <= one.X));
        }).QuickCheckThrowOnFailure();

    private static void AssertSound(string model, string input)
    {
        var document = XDocument.Parse(LatencyPlot.Draw(Reports.Report(model, input, Reports.Setting(1, false, 10, 20, 30))));
        Assert.All(document.Descendants(), element => Assert.Contains(element.Name.LocalName, (string[])["svg", "title", "style", "rect", "path", "text"]));
        Assert.DoesNotContain(document.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Name.LocalName is "href");
    }

    private static string[] Texts(string svg) => [.. XDocument.Parse(svg).Descendants(Svg + "text").Select(text => text.Value)];
}
