using System.Text;
using System.Text.Json;
using EdgeRunner.Messaging.Transfer;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Messaging.Tests.Transfer;

public sealed class TransferRequestTests
{
    private static byte[] Write(TransferRequest request) => JsonSerializer.SerializeToUtf8Bytes(request, TransferJsonContext.Default.TransferRequest);

    private static TransferRequest? Read(string json) => JsonSerializer.Deserialize(json, TransferJsonContext.Default.TransferRequest);

    [Fact]
    public void What_is_written_is_read()
        => Prop.ForAll(Gen.Elements(Enum.GetValues<TransferKind>()).ToArbitrary(), ArbMap.Default.ArbFor<(long Id, int Offset, int Count, bool Repair)>(), ArbMap.Default.ArbFor<byte[]>(), (kind, numbers, bitmap) =>
        {
            var request = new TransferRequest(numbers.Id, kind, "models/a/ab.1.chunks") { Offset = numbers.Offset, Count = numbers.Count, Repair = numbers.Repair, Bitmap = bitmap };
            var read = JsonSerializer.Deserialize(Write(request), TransferJsonContext.Default.TransferRequest)!;
            return read with { Bitmap = bitmap } == request && read.Bitmap!.AsSpan().SequenceEqual(bitmap);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_longest_request_fits_the_bound_that_a_depot_reads()
    {
        var name = $"models/{new string('m', 64)}/{new string('f', 64)}.{new string('9', 64)}.chunks";
        var request = new TransferRequest(1L << 53, TransferKind.Chunk, name) { Offset = int.MaxValue, Count = TransferRequest.MaxChunks, Bitmap = new byte[TransferRequest.MaxChunks / 8], Repair = true };
        Assert.InRange(Write(request).Length, 1, TransferRequest.MaxPayloadBytes);
    }

    [Fact]
    public void The_words_on_the_wire_are_these()
    {
        Assert.Equal("""{"id":7,"kind":"meta","name":"timestamp.json","v":1,"maxBytes":16384,"offset":0,"count":0}""",
            Encoding.UTF8.GetString(Write(new(7, TransferKind.Metadata, "timestamp.json") { MaxBytes = 16_384 })));
        Assert.Equal("""{"id":8,"kind":"chunk","name":"a.chunks","v":1,"maxBytes":0,"offset":3,"count":9,"bitmap":"/wE=","repair":true}""",
            Encoding.UTF8.GetString(Write(new(8, TransferKind.Chunk, "a.chunks") { Offset = 3, Count = 9, Bitmap = [0xff, 1], Repair = true })));
    }

    [Fact]
    public void Members_of_a_later_version_are_skipped()
        => Assert.Equal(new TransferRequest(7, TransferKind.Target, "a"), Read("""{"v":1,"id":7,"kind":"target","name":"a","colour":{"a":[1]}}"""));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":1,"kind":"meta"}""")]
    [InlineData("""{"id":1,"kind":"meta","name":null}""")]
    [InlineData("""{"id":1,"kind":"file","name":"a"}""")]
    [InlineData("""{"id":"1","kind":"meta","name":"a"}""")]
    [InlineData("""{"id":1,"kind":"chunk","name":"a","bitmap":"%%"}""")]
    [InlineData("""{"id":99999999999999999999,"kind":"chunk","name":"a"}""")]
    public void What_is_no_request_is_refused(string json) => Assert.Throws<JsonException>(() => Read(json));

    [Fact]
    public void Any_bytes_are_a_request_or_refused()
        => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            try
            {
                _ = JsonSerializer.Deserialize(bytes, TransferJsonContext.Default.TransferRequest);
            }
            catch (JsonException)
            {
                // The one refusal a reader has to expect.
            }
        }).QuickCheckThrowOnFailure();
}
