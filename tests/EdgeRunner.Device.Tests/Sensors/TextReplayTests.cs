using System.Text;
using EdgeRunner.Device.Sensors;

namespace EdgeRunner.Device.Tests.Sensors;

public class TextReplayTests
{
    [Fact]
    public void Columns_are_taken_by_name_or_number_in_the_configured_order()
    {
        const string Text = "# made by hand\ntime,\"x, y\",b\r\n\n1,2,3\n4,\"5\",6\n";
        Assert.Equal([1f, 2, 3, 4, 5, 6], Recordings.PlayText(Text, null, out _));
        Assert.Equal([3f, 2, 6, 5], Recordings.PlayText(Text, o => o.Columns = ["b", "x, y"], out _));
        Assert.Equal([3f, 1, 6, 4], Recordings.PlayText(Text, o => o.Columns = ["2", "time"], out var status));
        Assert.Equal(0, status.BadLines);
    }

    [Fact]
    public void File_without_a_header_or_a_final_line_feed_is_read_whole()
    {
        Assert.Equal([1.5f, -2e3f, float.NaN, float.NegativeInfinity], Recordings.PlayText("1.5,-2e3\nnan,-inf", null, out _));
        Assert.Equal([2f, 5], Recordings.PlayText("1 \t 2  3\n4 5 6\n", o => (o.Separator, o.Columns) = ("space", ["1"]), out _));
        Assert.Equal([1f, 2], Recordings.PlayText("1;2\n", o => o.Separator = ";", out _));
        Assert.Equal([1f, 2], Recordings.PlayText("1\t2\n", o => o.Separator = "\t", out _));
    }

    [Theory]
    [InlineData("1,x,3", "line 3: field 2 \"x\" is not a number")]
    [InlineData("1,2", "line 3: 2 fields, expected 3: \"1,2\"")]
    [InlineData("1,2,3,4", "line 3: 4 fields, expected 3: \"1,2,3,4\"")]
    [InlineData("1,,3", "line 3: field 2 \"\" is not a number")]
    [InlineData("1,1e99,3", "line 3: field 2 \"1e99\" is not a number")]
    [InlineData("1,\"2,3", "line 3: field 2 has a quote that is not closed")]
    public void Bad_line_is_counted_named_and_passed_over(string line, string expected)
    {
        Assert.Equal([7f, 8, 9, 1, 1, 1], Recordings.PlayText($"a,b,c\n7,8,9\n{line}\n1,1,1\n", null, out var status));
        Assert.Equal((1, expected), (status.BadLines, status.LastMessage));
    }

    [Fact]
    public void Missing_column_is_refused_with_the_header()
    {
        var e = Assert.Throws<SensorException>(() => Recordings.PlayText("a,b\n1,2\n", o => o.Columns = ["c"], out _));
        Assert.EndsWith("x.csv: no column \"c\"; the header has a, b", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<SensorException>(() => Recordings.PlayText("1,2\n", o => o.Columns = ["c"], out _));
        Assert.EndsWith("column \"c\" is a name, but there is no header", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rubbish_ends_without_frames_and_says_so()
    {
        Assert.Empty(Recordings.PlayText("\x1b[31mhello\nthis is, not\nnumbers\n", o => o.Header = CsvHeader.No, out var status));
        Assert.Equal(3, status.BadLines);
        Assert.Contains("has no frames: line 3: ", status.Reason!, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', status.LastMessage!);
    }

    [Fact]
    public void Missing_file_and_empty_file_are_clear_errors()
    {
        using var source = new ReplaySource(Recordings.Options("/nonexistent/x.csv"), TimeProvider.System);
        Assert.Equal("/nonexistent/x.csv: no such file", Assert.Throws<SensorException>(source.Open).Message);
        Assert.Equal((SourceState.Failed, "/nonexistent/x.csv: no such file"), (source.Status.State, source.Status.Reason));
        Assert.Contains("no line with numbers", Assert.Throws<SensorException>(() => Recordings.PlayText("# only\n", null, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_longer_than_the_buffer_is_one_bad_line()
    {
        var text = "1\n" + new string('5', 300_000) + "\n2\n";
        Assert.Equal([1f, 2], Recordings.PlayText(text, null, out var status));
        Assert.Equal((1, "line 2: longer than 65536 bytes"), (status.BadLines, status.LastMessage));
    }

    [Fact]
    public void Json_lines_give_numbers_lists_or_chosen_keys()
    {
        Assert.Equal([1f, -2.5f, 1], Recordings.PlayText("1\n\n-2.5\ntrue\n", null, out _, "x.ndjson"));
        Assert.Equal([1f, 2, 3, 4], Recordings.PlayText("[1,2]\n [3, 4]\n", o => o.Channels = 2, out _, "x.ndjson"));
        Assert.Equal([2f, 1, 5, 6], Recordings.PlayText("{\"a\":1,\"z\":{\"a\":9},\"b\":2}\n{\"b\":5,\"a\":6}\n", o => o.Columns = ["b", "a"], out _, "x.ndjson"));
    }

    [Theory]
    [InlineData("{\"a\":1", "not valid JSON")]
    [InlineData("{\"a\":1} x", "not valid JSON")]
    [InlineData("{\"b\":1}", "a chosen key is missing")]
    [InlineData("{\"a\":\"1\"}", "a chosen key is not a number")]
    [InlineData("[1]", "a list where an object")]
    [InlineData("hello", "not a JSON number, list or object")]
    [InlineData("{\"a\":1e99}", "a chosen key is not a number")]
    public void Bad_json_line_is_counted_and_named(string line, string expected)
    {
        Assert.Equal([7f], Recordings.PlayText($"{line}\n{{\"a\":7}}\n", o => o.Columns = ["a"], out var status, "x.ndjson"));
        Assert.Equal(1, status.BadLines);
        Assert.StartsWith($"line 1: {expected}", status.LastMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_as_text_never_throw_and_every_line_is_a_frame_or_counted()
    {
        var random = new Random(5);
        ReadOnlySpan<byte> alphabet = "0123456789.,,,\"\n\n\r -+eEnaif{}[]:xtrue#\t\0\xff"u8;
        for (var run = 0; run < 400; run++)
        {
            var bytes = new byte[random.Next(1, 400)];
            foreach (ref var b in bytes.AsSpan())
                b = alphabet[random.Next(alphabet.Length)];
            var text = Encoding.Latin1.GetString(bytes);
            Recordings.Play(bytes, "x.ndjson", o => o.Channels = 1 + random.Next(3), out _);
            var lines = text.Split('\n').Count(line => line.Trim(' ', '\t', '\r') is { Length: > 0 } and not ['#', ..]);
            if (lines == 0)
                continue; // refused at once, see Missing_file_and_empty_file_are_clear_errors
            var csv = Recordings.Play(bytes, "x.csv", o => (o.Columns, o.Header) = (["0", "1"], CsvHeader.No), out var status);
            Assert.Equal(lines, (csv.Length / 2) + status.BadLines);
        }
    }
}
