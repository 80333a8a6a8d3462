using System.Text;
using System.Text.Json;
using EdgeRunner.Device.Probing;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Probing;

public sealed class ProbeMessageReaderTests
{
    private static readonly ProbeMessage[] Conversation =
    [
        new(ProbeStage.Open) { Warnings = ["no seccomp"] },
        new(ProbeStage.Runtime) { Model = "m", Version = "1.0.0", Sha256 = "00", Limits = ProbeLimitsInForce.BeforeBundle(new ProbeLimits()), BaselineAddressSpaceBytes = 1L << 38 },
        new(ProbeStage.Measure) { LoadMilliseconds = 1.5, BaselineBytes = 40 << 20 },
        new(ProbeStage.Done)
        {
            Golden = [new ProbeGoldenCase("g", false, 1, double.PositiveInfinity, ["is NaN"])], Latency = new ProbeLatency(3, 1, 2, 3, 4, 5, 6), Reason = ProbeReason.GoldenMismatch, Detail = "µ",
        },
    ];

    private static byte[] Bytes => [.. Conversation.SelectMany(Line)];

    [Fact]
    public void Messages_are_the_same_however_the_bytes_are_cut()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), size =>
        {
            var (reader, read) = (new ProbeMessageReader(), new List<ProbeMessage>());
            foreach (var chunk in Bytes.Chunk(size.Get)) reader.Read(chunk, read.Add);
            Assert.Equal(Conversation.Select(Text), read.Select(Text));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_bytes_are_refused_in_words_or_read_and_never_anything_else() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[][]>(), chunks => Survives(chunks)).QuickCheckThrowOnFailure();

    [Fact]
    public void Damaged_conversation_is_refused_in_words_or_read_and_never_anything_else()
    {
        var damage = from seed in Gen.Choose(0, int.MaxValue) from count in Gen.Choose(1, 8) select (seed, count);
        Prop.ForAll(damage.ToArbitrary(), one =>
        {
            var (random, bytes) = (new Random(one.seed), Bytes);
            for (var i = 0; i < one.count; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Survives([bytes]);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"stage":"nonsense"}""")]
    [InlineData("""{"stage":99}""")]
    [InlineData("""{"stage":"done","reason":77}""")]
    [InlineData("""{"stage":"done","unknown":1}""")]
    [InlineData("""{"stage":"done","golden":[null]}""")]
    [InlineData("""{"stage":"done","golden":[{"name":null,"passed":true,"runs":1,"maxAbsoluteDifference":0,"problems":null}]}""")]
    [InlineData("""{"stage":"done","warnings":[null]}""")]
    public void Line_that_is_no_message_is_refused(string line) =>
        Assert.Throws<FormatException>(() => new ProbeMessageReader().Read(Encoding.UTF8.GetBytes(line + "\n"), _ => { }));

    [Fact]
    public void Endless_line_and_endless_lines_are_cut_off()
    {
        var reader = new ProbeMessageReader();
        reader.Read(new byte[ProbeMessageReader.MaxLineBytes], _ => { });
        Assert.Throws<FormatException>(() => reader.Read(new byte[1], _ => { }));

        var many = new ProbeMessageReader();
        var line = Line(new ProbeMessage(ProbeStage.Open));
        for (var i = 0; i < ProbeMessageReader.MaxMessages; i++) many.Read(line, _ => { });
        Assert.Throws<FormatException>(() => many.Read(line, _ => { }));
    }

    private static void Survives(IEnumerable<byte[]> chunks)
    {
        var reader = new ProbeMessageReader();
        try
        {
            foreach (var chunk in chunks) reader.Read(chunk, message => Assert.True(Enum.IsDefined(message.Stage)));
        }
        catch (FormatException e)
        {
            Assert.NotEqual("", e.Message);
        }
    }

    private static byte[] Line(ProbeMessage message) => [.. JsonSerializer.SerializeToUtf8Bytes(message, ProbePipeJsonContext.Default.ProbeMessage), (byte)'\n'];

    private static string Text(ProbeMessage message) => JsonSerializer.Serialize(message, ProbePipeJsonContext.Default.ProbeMessage);
}
