using System.Buffers;
using System.Text;
using EdgeRunner.Device.Telemetry;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Telemetry;

public sealed class FormatTests
{
    [Fact]
    public void Loss_records_come_back_as_they_were_written()
    {
        LossEntry[] losses = [new("0123456789abcdef", "s", "queue-full", 5, null, null), new("e", "a\"\\ß", "damaged", 0, 1, long.MaxValue)];
        var text = new ArrayBufferWriter<byte>();
        losses[0].Write(text, 1);
        text.Write(","u8);
        losses[1].Write(text, 2);
        Assert.Equal(losses, LossEntry.ParseJoined(text.WrittenSpan));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"epoch\":1,\"stream\":2,\"policy\":3,\"records\":4}")]
    [InlineData("{\"epoch\":\"\",\"stream\":\"\",\"policy\":\"\",\"records\":1.5}")]
    public void Text_that_is_no_loss_record_gives_none(string text) => Assert.Empty(LossEntry.ParseJoined(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void The_high_water_mark_reads_what_it_wrote_and_nothing_else()
    {
        using var directory = new TempDirectory();
        using (var mark = HighWaterMark.Open(directory.File("high")))
        {
            Assert.Null(mark.Epoch);
            mark.Write("0123456789abcdef", 7);
            mark.Write("fedcba9876543210", long.MaxValue);
        }

        using var again = HighWaterMark.Open(directory.File("high"));
        Assert.Equal(("fedcba9876543210", long.MaxValue), (again.Epoch, again.NextSeq));
        var good = File.ReadAllBytes(directory.File("high"));
        Assert.Equal(64, good.Length);
        for (var bit = 0; bit < 53 * 8; bit++) // up to the end of the checksum; behind it are blanks
        {
            good[bit / 8] ^= (byte)(1 << (bit % 8));
            // The one thing a flip may do is change the case of a hex digit of the checksum.
            Assert.True(!HighWaterMark.TryParse(good, out _, out var value) || value == long.MaxValue);
            good[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => !HighWaterMark.TryParse(bytes, out _, out _)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_checksum_of_a_row_covers_every_field_and_every_byte()
    {
        var records = Encoding.UTF8.GetBytes("{\"n\":1},{\"n\":2},{\"n\":3}");
        var row = new OutboxRow(5, 1, 2, 3, 4, records.Length, 0);
        row = row with { Crc = row.ComputeCrc(records) };
        Assert.True(row.IsIntact(records));
        foreach (var other in new[] { row with { Id = 6 }, row with { EpochId = 2 }, row with { BootId = 3 }, row with { FirstSeq = 2 }, row with { LastSeq = 5 } })
            Assert.False(other.IsIntact(records));
        for (var bit = 0; bit < records.Length * 8; bit++)
        {
            records[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(row.IsIntact(records));
            records[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
