using System.Text;
using System.Text.Json;
using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Messaging.Transfer;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Whatever a device sends, reading it neither throws nor lets through what is out of bounds.</summary>
public sealed class RequestReaderTests
{
    private const string Topic = "er/1/north/device/pi-1/request";
    private static readonly string Digest = new('a', 64);

    private static RequestReading Read(string json, string topic = Topic) => RequestReader.Read("north", topic, Encoding.UTF8.GetBytes(json));

    private static string Chunk(string members) => $$"""{"v":1,"id":7,"kind":"chunk","name":"models/vision/{{Digest}}.1.chunks",{{members}}}""";

    [Fact]
    public void A_request_that_a_device_writes_is_read_as_it_was_meant()
    {
        var request = new TransferRequest(1L << 53, TransferKind.Chunk, $"models/vision/{Digest}.1.0.0.chunks") { Offset = 12, Count = 9, Bitmap = [0, 1], Repair = true };
        var reading = RequestReader.Read("north", Topic, JsonSerializer.SerializeToUtf8Bytes(request, TransferJsonContext.Default.TransferRequest));
        Assert.Null(reading.Problem);
        Assert.Equal(("pi-1", 1L << 53), (reading.Device, reading.Id));
        Assert.Equal(request with { Bitmap = null }, reading.Request! with { Bitmap = null });
        Assert.Equal([20], All(ChunkSet.Of(reading.Request!)));
    }

    [Theory]
    [InlineData("er/1/south/device/pi-1/request")] // another fleet
    [InlineData("er/1/north/device//request")]
    [InlineData("er/1/north/device/../request")]
    [InlineData("er/1/north/device/pi-1/event")]
    [InlineData("er/1/north/device/pi-1/request/1")]
    [InlineData("er/2/north/device/pi-1/request")]
    public void Who_asks_comes_from_the_topic_and_other_topics_are_nobodys(string topic) =>
        Assert.Null(Read("""{"id":1,"kind":"meta","name":"timestamp.json","maxBytes":1}""", topic).Device);

    [Theory]
    [InlineData("\"count\":1", null)]
    [InlineData("\"count\":4096,\"offset\":2147479551", null)]
    [InlineData("\"count\":0", "count is 0; expected 1 to 4096")]
    [InlineData("\"count\":4097", "count is 4097; expected 1 to 4096")]
    [InlineData("\"count\":-1", "count is -1")]
    [InlineData("\"count\":99999999999999", "$.count")]
    [InlineData("\"count\":4096,\"offset\":2147479552", "offset is 2147479552; expected 0 to 2147479551")]
    [InlineData("\"count\":8,\"offset\":-1", "offset is -1")]
    [InlineData("\"count\":9,\"bitmap\":\"/w==\"", "bitmap has 1 bytes; 9 chunks need 2")]
    [InlineData("\"count\":8,\"bitmap\":\"AA==\"", "wants no chunk")]
    [InlineData("\"count\":4,\"bitmap\":\"8A==\"", "wants no chunk")] // only bits past the count
    [InlineData("\"count\":8,\"bitmap\":\"*\"", "$.bitmap")]
    [InlineData("\"count\":1,\"v\":2", "v is 2; this depot knows 1")]
    public void Numbers_of_chunks_are_held_to_their_bounds(string members, string? problem)
    {
        var reading = Read(Chunk(members));
        Assert.Equal(7, reading.Id);
        if (problem is null) Assert.Null(reading.Problem);
        else Assert.Contains(problem, reading.Problem, StringComparison.Ordinal);
        Assert.Equal(problem is null, reading.Request is not null);
    }

    [Theory]
    [InlineData("""{"id":0,"kind":"meta","name":"timestamp.json","maxBytes":1}""")]
    [InlineData("""{"id":-5,"kind":"meta","name":"timestamp.json","maxBytes":1}""")]
    [InlineData("""{"id":9007199254740993,"kind":"meta","name":"timestamp.json","maxBytes":1}""")]
    [InlineData("""{"id":1.5,"kind":"meta","name":"timestamp.json","maxBytes":1}""")]
    [InlineData("""{"id":"1","kind":"meta","name":"timestamp.json","maxBytes":1}""")]
    [InlineData("""{"kind":"meta","name":"timestamp.json","maxBytes":1}""")]
    [InlineData("""[{"id":1}]""")]
    [InlineData("""null""")]
    [InlineData("")]
    [InlineData("""{"id":1""")]
    [InlineData("""{"id":{"id":{"id":{"id":{"id":1}}}}}""")]
    public void Without_a_usable_number_nothing_is_answered(string json)
    {
        var reading = Read(json);
        Assert.Equal((0, true), (reading.Id, reading.Problem is not null));
        Assert.Null(reading.Request);
    }

    [Theory]
    [InlineData("timestamp.json", true)]
    [InlineData("1.root.json", true)]
    [InlineData("2.models%2Fvision.json", true)]
    [InlineData("999999999999999999.root.json", true)]
    [InlineData("9999999999999999999.root.json", false)]
    [InlineData("0.root.json", false)]
    [InlineData("01.root.json", false)]
    [InlineData("1...json", true)] // a role may be called "."; its file lies in metadata all the same
    [InlineData("1..json", false)]
    [InlineData("1.json", false)]
    [InlineData("root.json", false)]
    [InlineData(".1.root.json.123.tmp", false)]
    [InlineData("../timestamp.json", false)]
    [InlineData("1.models/vision.json", false)]
    [InlineData("1.models\\vision.json", false)]
    [InlineData("1.root.json\0", false)]
    [InlineData("1.rööt.json", false)]
    public void Names_of_metadata_are_those_that_a_repository_writes(string name, bool allowed) => Assert.Equal(allowed, PublishedName.FindProblem(TransferKind.Metadata, name) is null);

    [Theory]
    [InlineData("models/vision/#.1.0.0.ermodel", true)]
    [InlineData("#.x", true)]
    [InlineData("##.x", true)] // SHA-512
    [InlineData("rollout/#.line-1.json", true)]
    [InlineData("models/vision/1.0.0.ermodel", false)]
    [InlineData("models/../#.x", false)]
    [InlineData("./#.x", false)]
    [InlineData("/models/#.x", false)]
    [InlineData("models//#.x", false)]
    [InlineData("models/#.", false)]
    [InlineData("models/#", false)]
    [InlineData("models/.#.x", false)]
    [InlineData("models\\#.x", false)]
    [InlineData("models/#.x\n", false)]
    [InlineData("models/A#.x", false)]
    public void Names_of_targets_are_those_that_a_repository_writes(string name, bool allowed) =>
        Assert.Equal(allowed, PublishedName.FindProblem(TransferKind.Target, name.Replace("#", Digest, StringComparison.Ordinal)) is null);

    [Fact]
    public void Random_bytes_and_damaged_requests_never_throw_and_never_pass_a_bound()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IsSound(RequestReader.Read("north", Topic, bytes))).QuickCheckThrowOnFailure();
        var good = Encoding.UTF8.GetBytes(Chunk("\"count\":9,\"offset\":3,\"bitmap\":\"AQE=\""));
        var damage = Gen.Zip(Gen.Choose(0, good.Length - 1), Gen.Choose(0, 255)).ListOf(3);
        Prop.ForAll(damage.ToArbitrary(), changes =>
        {
            var bytes = good.ToArray();
            foreach (var (at, value) in changes) bytes[at] = (byte)value;
            return IsSound(RequestReader.Read("north", Topic, bytes));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_topic_is_read_without_throwing_and_names_only_devices_of_the_fleet() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), topic => RequestReader.Read("north", topic.Get, "{}"u8.ToArray()).Device is null).QuickCheckThrowOnFailure();

    [Fact]
    public void No_name_that_is_let_through_leads_out_of_its_directory()
    {
        var part = Gen.Elements("..", ".", "/", "//", "a", Digest, Digest + ".x", "\\", "\0", "models", "%2e%2e", "1.", "root.json", "\u2028", "é");
        Prop.ForAll(part.ListOf().Select(string.Concat).ToArbitrary(), name =>
        {
            var kinds = Enum.GetValues<TransferKind>().Where(kind => PublishedName.FindProblem(kind, name) is null);
            return kinds.All(_ => Path.GetFullPath(Path.Combine("/r/targets", name)).StartsWith("/r/targets/", StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_chunks_of_a_bitmap_are_those_whose_bits_are_set() =>
        Prop.ForAll(Gen.Choose(1, 70).ToArbitrary(), ArbMap.Default.ArbFor<int>(), (count, seed) =>
        {
            var bitmap = new byte[(count + 7) / 8];
            new System.Random(seed).NextBytes(bitmap);
            var set = new ChunkSet(5, count, bitmap);
            int[] expected = [.. Enumerable.Range(0, count).Where(i => (bitmap[i / 8] >> (i % 8) & 1) == 1).Select(i => i + 5)];
            return All(set).SequenceEqual(expected) && set.Total == expected.Length;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_strangers_wrote_is_quoted_without_what_moves_a_cursor() =>
        Assert.Equal("\"a?[2J?b…\"", Words.Quote("a\u001b[2J\nb" + new string('x', 200)).Replace(new string('x', 113), "", StringComparison.Ordinal));

    private static bool IsSound(RequestReading reading) => reading.Request is { } request
        ? reading.Problem is null && reading.Id is >= 1 and <= RequestReader.MaxId && RequestReader.FindProblem(request) is null
        : reading.Problem is { Length: > 0 and < 400 } problem && !problem.Any(char.IsControl);

    private static List<int> All(ChunkSet set)
    {
        List<int> all = [];
        for (var number = set.Next(0); number >= 0; number = set.Next(number + 1)) all.Add(number);
        return all;
    }
}
