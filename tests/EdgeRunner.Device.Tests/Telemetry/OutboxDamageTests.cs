using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>The damage is done by hand; the outbox opens, says so, and gives back what is still there.</summary>
public sealed class OutboxDamageTests
{
    private const int Count = 400;

    private static OutboxBench Filled()
    {
        var bench = new OutboxBench();
        for (var n = 0; n < Count; n++)
        {
            bench.Put("s", n, 3000);
            if (n % 5 == 4)
                bench.Commit();
        }

        return bench;
    }

    private static void AssertWorks(OutboxBench bench, string oldEpoch, bool isNewEpoch = true)
    {
        var status = bench.Outbox.Status();
        Assert.Equal(OutboxMode.Durable, status.Mode);
        Assert.Equal(isNewEpoch, !string.Equals(oldEpoch, status.Epoch, StringComparison.Ordinal));
        bench.Put("s", 7777);
        Assert.Equal(CommitResult.Committed, bench.Commit());
    }

    private static void AssertSalvaged(List<ReceivedRecord> received, string oldEpoch, int atLeast)
    {
        var old = received.Where(r => string.Equals(r.Epoch, oldEpoch, StringComparison.Ordinal) && r.Stream is "s").ToList();
        Assert.True(old.Count >= atLeast, $"{old.Count} of {Count} survived");
        Assert.All(old, r => Assert.Equal(r.Seq - 1, r.N)); // nobody got another's number or content
        Assert.Equal(old.Count, old.Select(r => r.Seq).Distinct().Count());
        Assert.Contains(received, r => r.Stream is "s" && r.N == 7777);
        Assert.Contains(OutboxBench.Losses(received), l => l.GetProperty("policy").GetString() is "damaged");
    }

    [Theory]
    [InlineData(0.25, 80)]
    [InlineData(0.5, 170)]
    [InlineData(0.9, 330)]
    public void A_truncated_store_goes_into_quarantine_and_what_is_before_the_cut_survives(double kept, int atLeast)
    {
        using var bench = Filled();
        var epoch = bench.Outbox.Status().Epoch!;
        bench.Restart(() =>
        {
            using var file = File.OpenWrite(bench.Database);
            file.SetLength((long)(file.Length * kept) / 4096 * 4096);
        });
        AssertWorks(bench, epoch);
        Assert.Equal(1, bench.Outbox.Status().Quarantined);
        Assert.True(File.Exists(Path.Combine(bench.Options.Directory, "quarantine", "outbox-0001.db")));
        AssertSalvaged(bench.Drain(), epoch, atLeast);
    }

    [Fact]
    public void Flipped_bits_anywhere_never_stop_the_outbox_and_never_change_a_record()
    {
        using var original = Filled();
        var epoch = original.Outbox.Status().Epoch!;
        original.Outbox.Dispose();
        var random = new Random(20260101);
        for (var round = 0; round < 40; round++)
        {
            using var directory = new TempDirectory();
            foreach (var file in Directory.GetFiles(original.Options.Directory))
                File.Copy(file, directory.File(Path.GetFileName(file)));
            using (var file = File.Open(directory.File("outbox.db"), FileMode.Open))
            {
                // A byte in 40 pages, or (each fourth round) one whole page.
                for (var i = 0; i < (round % 4 == 3 ? 4096 : 40); i++)
                {
                    file.Position = round % 4 == 3 ? (round / 4 * 4096) + i : random.NextInt64(file.Length);
                    var old = file.ReadByte();
                    file.Position--;
                    file.WriteByte((byte)(old ^ (1 << random.Next(8))));
                }
            }

            using var bench = new OutboxBench(directory.Path);
            bench.Put("s", 7777);
            Assert.Equal(CommitResult.Committed, bench.Commit());
            Assert.Equal(OutboxMode.Durable, bench.Outbox.Status().Mode);
            var received = bench.Drain();
            received.AddRange(bench.Drain()); // damage found while reading is reported by the commit after it
            Assert.Contains(received, r => r.Stream is "s" && r.N == 7777);
            // An epoch's name may itself be hit; then the old records come under another one, but none comes changed.
            Assert.All(received.Where(r => r.Stream is not "losses" && r.N != 7777), r => Assert.Equal(r.Seq - 1, r.N));
            Assert.True(received.Count(r => r.Stream is not "losses") < Count + 2);
            _ = epoch;
        }
    }

    [Fact]
    public void A_flipped_bit_in_a_large_store_is_found_when_the_row_is_read_and_only_that_row_is_lost()
    {
        using var bench = Filled();
        bench.Options.FullCheckMaxBytes = 0;
        var epoch = bench.Outbox.Status().Epoch!;
        bench.Restart(() => Flip(bench.Database, "\"n\":200,"u8));
        Assert.Equal(0, bench.Outbox.Status().Quarantined);
        AssertWorks(bench, epoch, isNewEpoch: false);
        var received = bench.Drain();
        received.AddRange(bench.Drain());
        Assert.Equal(Count + 1 - 5, received.Count(r => r.Stream is "s"));
        var loss = Assert.Single(OutboxBench.Losses(received));
        Assert.Equal((5, 201, 205), (loss.GetProperty("records").GetInt32(), loss.GetProperty("firstSeq").GetInt32(), loss.GetProperty("lastSeq").GetInt32()));
    }

    [Fact]
    public void A_lost_leaf_page_that_the_check_did_not_look_for_costs_only_its_rows()
    {
        using var bench = Filled();
        bench.Options.FullCheckMaxBytes = 0;
        var epoch = bench.Outbox.Status().Epoch!;
        bench.Restart(() =>
        {
            using var file = File.Open(bench.Database, FileMode.Open);
            var page = new byte[4096];
            for (var at = file.Length / 2 / 4096 * 4096; ; at += 4096)
            {
                file.Position = at;
                file.ReadExactly(page);
                if (page[0] != 13) // a leaf of a table
                    continue;
                file.Position = at;
                file.Write(new byte[4096]);
                break;
            }
        });
        AssertWorks(bench, epoch);
        Assert.Equal(1, bench.Outbox.Status().Quarantined);
        AssertSalvaged(bench.Drain(), epoch, atLeast: Count / 2);
    }

    [Fact]
    public void Damage_that_shows_only_in_a_commit_is_mended_in_that_commit_and_nothing_is_lost()
    {
        using var bench = Filled();
        bench.Options.FullCheckMaxBytes = 0;
        _ = bench.Drain();
        bench.Put("s", 0);
        bench.Commit();
        var epoch = bench.Outbox.Status().Epoch!;
        bench.Restart(() =>
        {
            // The first page of the list of free pages, which only a commit reads.
            using var file = File.Open(bench.Database, FileMode.Open);
            var header = new byte[36];
            file.ReadExactly(header);
            file.Position = (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(32)) - 1L) * 4096;
            file.Write([.. Enumerable.Repeat((byte)0xff, 4096)]);
        });
        Assert.Equal((epoch, 0L), (bench.Outbox.Status().Epoch, bench.Outbox.Status().Quarantined));
        bench.Put("s", 7777, 20_000);
        Assert.Equal(CommitResult.Committed, bench.Commit());
        Assert.Equal((OutboxMode.Durable, 1L), (bench.Outbox.Status().Mode, bench.Outbox.Status().Quarantined));
        Assert.Equal([0, 7777], bench.Drain().Where(r => r.Stream is "s").Select(r => r.N).Order());
    }

    [Fact]
    public void A_deleted_wal_is_noticed_and_its_numbers_are_never_given_out_again()
    {
        using var bench = new OutboxBench();
        bench.Put("s", 0);
        bench.Commit();
        bench.Restart(); // the first record is in the main file
        for (var n = 1; n < 10; n++)
        {
            bench.Put("s", n);
            bench.Commit();
        }

        var epoch = bench.Outbox.Status().Epoch!;
        bench.RestartAfterKill(directory => File.Delete(Path.Combine(directory, "outbox.db-wal")));
        AssertWorks(bench, epoch);
        var received = bench.Drain();
        Assert.Equal(0, Assert.Single(received, r => string.Equals(r.Epoch, epoch, StringComparison.Ordinal)).N);
        var loss = Assert.Single(OutboxBench.Losses(received));
        Assert.Equal((epoch, 9, 2, 10), (loss.GetProperty("epoch").GetString(), loss.GetProperty("records").GetInt32(),
            loss.GetProperty("firstSeq").GetInt32(), loss.GetProperty("lastSeq").GetInt32()));
    }

    [Fact]
    public void A_bit_flipped_in_the_wal_costs_the_commits_behind_it_and_begins_a_new_epoch()
    {
        using var bench = new OutboxBench();
        for (var n = 0; n < 10; n++)
        {
            bench.Put("s", n, 5000);
            bench.Commit();
        }

        var epoch = bench.Outbox.Status().Epoch!;
        bench.RestartAfterKill(directory => Flip(Path.Combine(directory, "outbox.db-wal"), "\"n\":6,"u8));
        AssertWorks(bench, epoch);
        var received = bench.Drain();
        Assert.Equal(Enumerable.Range(0, 6), received.Where(r => string.Equals(r.Epoch, epoch, StringComparison.Ordinal)).Select(r => r.N));
        Assert.Equal(4, Assert.Single(OutboxBench.Losses(received)).GetProperty("records").GetInt32());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("foreign")]
    [InlineData("directory")]
    [InlineData("header")]
    [InlineData("gone")]
    public void Whatever_lies_in_its_place_the_outbox_opens_with_a_new_epoch_and_reports_the_old_one(string what)
    {
        using var bench = Filled();
        var epoch = bench.Outbox.Status().Epoch!;
        bench.Restart(() =>
        {
            switch (what)
            {
                case "garbage":
                    var garbage = new byte[100_000];
                    new Random(1).NextBytes(garbage);
                    File.WriteAllBytes(bench.Database, garbage);
                    break;
                case "empty":
                    File.WriteAllBytes(bench.Database, []);
                    break;
                case "foreign":
                    File.Delete(bench.Database);
                    using (var other = Native.Sqlite.SqliteDatabase.Open(bench.Database, Native.Sqlite.SqliteOpenMode.ReadWriteCreate))
                        other.Execute("CREATE TABLE batch(a); INSERT INTO batch VALUES(1);");
                    break;
                case "directory":
                    File.Delete(bench.Database);
                    Directory.CreateDirectory(bench.Database);
                    break;
                case "header":
                    using (var file = File.OpenWrite(bench.Database))
                        file.Write(new byte[100]);
                    break;
                default:
                    File.Delete(bench.Database);
                    break;
            }
        });
        AssertWorks(bench, epoch);
        var received = bench.Drain();
        Assert.Equal(7777, Assert.Single(received, r => r.Stream is "s").N);
        var loss = Assert.Single(OutboxBench.Losses(received));
        Assert.Equal((epoch, "damaged", Count), (loss.GetProperty("epoch").GetString(), loss.GetProperty("policy").GetString(),
            loss.GetProperty("lastSeq").GetInt32()));
    }

    [Fact]
    public void Only_the_newest_bad_stores_are_kept()
    {
        using var bench = new OutboxBench();
        for (var i = 0; i < 5; i++)
            bench.Restart(() => File.WriteAllText(bench.Database, "no database"));
        Assert.Equal("outbox-0003.db outbox-0004.db outbox-0005.db", string.Join(' ',
            Directory.GetFiles(Path.Combine(bench.Options.Directory, "quarantine")).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
        Assert.Equal(OutboxMode.Durable, bench.Outbox.Status().Mode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("EROB1 0123456789abcdef 00000000000000000042 00000000                  \n")]
    [InlineData("EROB1 0123456789abcdef 00000000000000000042 zzzzzzzz           \n")]
    public void A_damaged_high_water_mark_says_nothing(string text)
    {
        using var bench = new OutboxBench();
        bench.Put("s", 1);
        bench.Commit();
        var epoch = bench.Outbox.Status().Epoch;
        bench.Restart(() => File.WriteAllText(Path.Combine(bench.Options.Directory, "outbox.high"), text));
        Assert.Equal((epoch, 2L), (bench.Outbox.Status().Epoch, bench.Outbox.Status().NextSeq));
    }

    private static void Flip(string path, ReadOnlySpan<byte> at)
    {
        var bytes = File.ReadAllBytes(path);
        var position = bytes.AsSpan().IndexOf(at);
        Assert.True(position > 0);
        bytes[position + 4] ^= 1; // a digit becomes another: still JSON, so only the checksum can tell
        File.WriteAllBytes(path, bytes);
    }
}
