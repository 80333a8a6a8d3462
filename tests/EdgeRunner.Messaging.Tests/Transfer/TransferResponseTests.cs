using System.Text;
using EdgeRunner.Messaging.Transfer;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Messaging.Tests.Transfer;

public sealed class TransferResponseTests
{
    [Fact]
    public void What_is_written_is_read()
        => Prop.ForAll(
            Gen.Elements(Enum.GetValues<TransferStatus>()).ToArbitrary(),
            ArbMap.Default.ArbFor<(ushort Retry, uint Part, uint Parts, uint Length)>(),
            ArbMap.Default.ArbFor<byte[]>(),
            (status, numbers, bytes) =>
            {
                var payload = new byte[TransferResponse.HeaderBytes + bytes.Length];
                TransferResponse.WriteHeader(payload, status, numbers.Retry, numbers.Part, numbers.Parts, numbers.Length);
                bytes.CopyTo(payload, TransferResponse.HeaderBytes);
                return TransferResponse.TryRead(payload, out var read) && TransferResponse.TryReadHeader(payload, out var header)
                    && read == header with { Bytes = read.Bytes } && read.Bytes.Span.SequenceEqual(bytes) && header.Bytes.IsEmpty
                    && (read.Status, read.RetryAfterSeconds, read.Part, read.Parts, read.Length) == (status, numbers.Retry, numbers.Part, numbers.Parts, numbers.Length);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_numbers_lie_where_the_description_says()
    {
        var payload = new byte[TransferResponse.HeaderBytes];
        TransferResponse.WriteHeader(payload, TransferStatus.Busy, 0x0102, 0x03040506, 0x0708090a, 0x0b0c0d0e);
        Assert.Equal("01020102030405060708090a0b0c0d0e", Convert.ToHexStringLower(payload));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_never_break_anything()
        => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            var read = TransferResponse.TryRead(bytes, out var response);
            return read == TransferResponse.TryReadHeader(bytes, out _)
                && read == (bytes.Length >= TransferResponse.HeaderBytes && bytes[0] == 1 && bytes[1] <= 3)
                && (read || response == default) && response.ErrorText is not null;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, false)]
    [InlineData(15, false)]
    [InlineData(16, true)]
    [InlineData(16 + TransferResponse.MaxPartBytes, true)]
    [InlineData(17 + TransferResponse.MaxPartBytes, false)]
    public void Payloads_have_a_least_and_a_most_length(int length, bool accepted)
    {
        var payload = new byte[length];
        if (length >= TransferResponse.HeaderBytes) TransferResponse.WriteHeader(payload, TransferStatus.Ok);
        Assert.Equal(accepted, TransferResponse.TryRead(payload, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 4)]
    [InlineData(1, 255)]
    public void Another_version_or_an_unknown_status_is_refused(byte version, byte status)
    {
        var payload = new byte[TransferResponse.HeaderBytes];
        (payload[0], payload[1]) = (version, status);
        Assert.False(TransferResponse.TryRead(payload, out _));
    }

    [Fact]
    public void An_error_carries_its_text_up_to_512_bytes()
        => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            var utf8 = Encoding.UTF8.GetBytes(text.Get);
            var payload = TransferResponse.Of(TransferStatus.Error, text: text.Get);
            return TransferResponse.TryRead(payload, out var read) && read.Bytes.Span.SequenceEqual(utf8.AsSpan(0, Math.Min(512, utf8.Length)))
                && (utf8.Length > 512 || string.Equals(read.ErrorText, Encoding.UTF8.GetString(utf8), StringComparison.Ordinal));
        }).QuickCheckThrowOnFailure();
}
