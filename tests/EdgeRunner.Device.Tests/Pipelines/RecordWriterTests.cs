using System.Text;
using System.Text.Json;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Tests.Pipelines;

public class RecordWriterTests
{
    [Theory]
    [InlineData("speech")]
    [InlineData("a \"quoted\" \\ label\n\u0000\u2028 ü 😀 </script>")]
    public void Records_are_json_with_the_documented_members(string label)
    {
        using var writer = new RecordWriter("p", [label], 16_000, "1.2.0");

        var window = Parse(writer.Window(17, 9_216, new Decision(0, 0.93f, true, true), 103_249));
        Assert.True(window.GetProperty("t").GetInt64() > 0);
        Assert.Equal("""{"kind":"window","pipeline":"p","version":"1.2.0","window":17,"endFrame":9216,"label":%,"active":true,"score":0.93,"latencyUs":103.2}""", Rest(window, label));
        Assert.Equal("""{"kind":"decision","pipeline":"p","version":"1.2.0","label":%,"active":true,"startFrame":8192,"startSeconds":0.512}""", Rest(Parse(writer.Began(0, 8_192)), label));
        Assert.Equal(
            """{"kind":"decision","pipeline":"p","version":"1.2.0","label":%,"active":false,"startFrame":8192,"startSeconds":0.512,"endFrame":35840,"endSeconds":2.24}""",
            Rest(Parse(writer.Ended(new Segment(0, 8_192, 35_840, 0, 0))), label));
    }

    [Fact]
    public void Window_without_a_valid_output_says_so_and_has_no_score_and_an_unknown_rate_gives_no_seconds()
    {
        using var writer = new RecordWriter("p", ["x"], 0, "1.2.0");

        Assert.Equal("""{"kind":"window","pipeline":"p","version":"1.2.0","window":1,"endFrame":2,"active":false,"valid":false,"latencyUs":0}""",
            Rest(Parse(writer.Window(1, 2, new Decision(Decision.None, float.NaN, false, true), 0)), "x"));
        Assert.Equal("""{"kind":"decision","pipeline":"p","version":"1.2.0","label":%,"active":true,"startFrame":5}""", Rest(Parse(writer.Began(0, 5)), "x"));
    }

    [Fact]
    public void Fault_of_a_window_and_the_safe_state_are_told_in_words()
    {
        using var writer = new RecordWriter("p", ["open", "closed"], 0, "1.2.0");

        Assert.Equal("""{"kind":"window","pipeline":"p","version":"1.2.0","window":1,"endFrame":2,"active":false,"valid":false,"fault":"out-of-range","latencyUs":0}""",
            Rest(Parse(writer.Window(1, 2, new Decision(Decision.None, float.NaN, false, true), 0, FaultKind.OutOfRange)), "x"));
        Assert.Equal("""{"kind":"safe","pipeline":"p","version":"1.2.0","window":3,"endFrame":4,"label":%,"active":true,"score":1,"reason":"why"}""",
            Rest(Parse(writer.Safe(3, 4, new SafeState(1, 1), "why")), "closed"));
        Assert.Equal("""{"kind":"safe","pipeline":"p","version":"1.2.0","window":3,"endFrame":4,"active":false,"score":0,"reason":"why"}""",
            Rest(Parse(writer.Safe(3, 4, new SafeState(Decision.None, 0), "why")), "closed"));
    }

    [Fact]
    public void Writing_allocates_nothing_once_the_buffer_has_its_size()
    {
        using var writer = new RecordWriter("p", [new string('ü', 256)], 16_000, "1.2.0");

        Assert.Equal(0, Allocations.Of(() =>
        {
            writer.Window(long.MaxValue, long.MaxValue, new Decision(0, -1.23456789e-30f, true, true), long.MaxValue);
            writer.Ended(new Segment(0, long.MaxValue - 1, long.MaxValue, 0, 0));
        }, calls: 100));
    }

    private static JsonElement Parse(ReadOnlySpan<byte> record) => JsonDocument.Parse(Encoding.UTF8.GetString(record)).RootElement;

    // The record without t, its label checked and written as %.
    private static string Rest(JsonElement record, string label)
    {
        var members = record.EnumerateObject().Where(member => !member.NameEquals("t"u8)).Select(member =>
        {
            if (!member.NameEquals("label"u8)) return member.ToString();
            Assert.Equal(label, member.Value.GetString());
            return "\"label\":%";
        });
        return $"{{{string.Join(',', members)}}}";
    }
}
