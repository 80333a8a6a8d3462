using System.Diagnostics;
using System.Security.Cryptography;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Download;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Metadata;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates.Download;

public sealed class ReleaseDownloaderTests : IDisposable
{
    private static readonly byte[] Content = DownloadFixture.Content(2_500_000, 1);
    private static readonly Release Wanted = DownloadFixture.Release(Content);

    private readonly DownloadFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Piece_that_the_disk_does_not_give_back_is_not_there()
    {
        using var directory = new TempDirectory();
        BundleDamage.Lose(directory.File("x.part"));
        using var part = PartFile.OpenToRead(directory.File("x.part"))!;

        Assert.True(part.Read(new Chunk(0, 100), new byte[100]).IsEmpty);
    }

    [Fact]
    public async Task Release_of_a_real_repository_is_fetched_whole_from_a_directory()
    {
        using var repository = await SignedRepository.CreateAsync(_fixture.Time);
        await repository.AddReleaseAsync(DownloadFixture.Model, "1.0.0", 1, Content);
        await repository.SetDesiredAsync(SignedRepository.Desired("barn", DownloadFixture.Model, "1.0.0", 1));
        await using var road = new DirectoryTransport(repository.Path);
        var source = new ReleaseRepository(new UpdateOptions { Group = "barn", RootFile = repository.RootFile, TrustSystemClock = true }, _fixture.State, road, _fixture.Time, NullLogger<ReleaseRepository>.Instance);
        await source.RefreshAsync(CancellationToken.None);
        var release = await source.FindAsync(DownloadFixture.Model, "1.0.0", CancellationToken.None);
        Assert.Equal(Content.Length, await _fixture.Over(road).MeasureAsync(release, CancellationToken.None));

        var file = await _fixture.FetchAsync(road, release);

        Assert.Equal(Content, await File.ReadAllBytesAsync(file));
        Assert.Equal(new DownloadProgress(Content.Length, Content.Length, 0, 0, repository.Path), _fixture.Last);
        Assert.Equal(0, await _fixture.Over(road).MeasureAsync(release, CancellationToken.None));
    }

    [Fact]
    public async Task File_larger_than_the_flush_interval_comes_whole_from_several_threads_in_any_order()
    {
        var content = DownloadFixture.Content(40 << 20, 2);
        var release = DownloadFixture.Release(content);
        ScriptedTransport? road = null;
        road = new ScriptedTransport(content, (request, sink, _) => Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var numbers = Enumerable.Range(0, request.Index.Count).ToArray();
            new Random(thread).Shuffle(numbers);
            foreach (var number in numbers) Assert.NotEqual(ChunkOutcome.Wrong, sink.Offer(number, road!.Chunk(request, number)));
        }))));

        var file = await _fixture.FetchAsync(road, release);

        Assert.Equal(release.Chunks.Index.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))));
        Assert.Equal(content.Length, _fixture.Last.BytesDone);
    }

    [Fact]
    public async Task Download_that_was_cut_off_goes_on_where_it_stopped()
    {
        var first = new ScriptedTransport(Content) { BreakAfter = 10 };
        var failure = await _fixture.FailAsync(first, Wanted);
        Assert.Equal((UpdateReasons.Unavailable, false), (failure.Code, failure.IsFinal));
        Assert.Contains("the cable was pulled", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Bytes(Enumerable.Range(10, Wanted.Chunks.Index.Count - 10)), await _fixture.Over(first).MeasureAsync(Wanted, CancellationToken.None));

        var second = new ScriptedTransport(Content);
        var file = await _fixture.FetchAsync(second, Wanted);

        Assert.Equal(Enumerable.Range(10, Wanted.Chunks.Index.Count - 10), second.Brought);
        Assert.Equal(Content, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task Complete_file_is_checked_again_and_nothing_is_fetched()
    {
        await _fixture.FetchAsync(new ScriptedTransport(Content), Wanted);
        var road = new ScriptedTransport(Content);
        await _fixture.FetchAsync(road, Wanted);
        Assert.Empty(road.Brought);
    }

    [Fact]
    public async Task Cancelled_download_keeps_what_came()
    {
        using var cancellation = new CancellationTokenSource();
        ScriptedTransport? road = null;
        road = new ScriptedTransport(Content, async (request, sink, token) =>
        {
            for (var number = 0; number < 5; number++) sink.Offer(number, road!.Chunk(request, number));
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _fixture.FetchAsync(road, Wanted, cancellation.Token));
        var second = new ScriptedTransport(Content);
        await _fixture.FetchAsync(second, Wanted);
        Assert.Equal(Enumerable.Range(5, Wanted.Chunks.Index.Count - 5), second.Brought);
    }

    /// <summary>What a power cut or a failing card leaves: any bytes flipped, any tail gone, any range zero. Exactly the chunks that it touched are fetched again.</summary>
    [Fact]
    public async Task Part_damaged_in_any_way_between_two_runs_costs_the_damaged_chunks_and_nothing_else()
    {
        await _fixture.FetchAsync(new ScriptedTransport(Content), Wanted);
        var part = _fixture.Part(Wanted);
        Prop.ForAll(Gen.Choose(0, Content.Length - 1).ArrayOf(3).ToArbitrary(), Gen.Choose(0, Content.Length).ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), (flips, end, kind) =>
        {
            var damaged = Content.ToArray();
            foreach (var flip in flips) damaged[flip] ^= 0x10;
            if (kind == 1) damaged.AsSpan(end).Clear();
            File.WriteAllBytes(part, kind == 2 ? damaged[..end] : kind == 3 ? [.. damaged, 1, 2, 3] : damaged);
            var expected = Enumerable.Range(0, Wanted.Chunks.Index.Count).Where(n => Wanted.Chunks.Index[n] is var c
                && ((kind == 2 && c.Offset + c.Length > end) || !damaged.AsSpan((int)c.Offset, c.Length).SequenceEqual(Content.AsSpan((int)c.Offset, c.Length)))).ToArray();

            var road = new ScriptedTransport(Content);
            _fixture.FetchAsync(road, Wanted).GetAwaiter().GetResult();

            Assert.Equal(expected, road.Brought);
            return File.ReadAllBytes(part).AsSpan().SequenceEqual(Content);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public async Task Chunks_of_installed_versions_are_not_fetched()
    {
        var old = DownloadFixture.Content(6_000_000, 3);
        _fixture.Install("0.9.0", old);
        byte[] next = [.. old[..2_000_000], .. DownloadFixture.Content(150_000, 4), .. old[2_100_000..]];
        var release = DownloadFixture.Release(next);
        var road = new ScriptedTransport(next);
        var measured = await _fixture.Over(road).MeasureAsync(release, CancellationToken.None);

        var file = await _fixture.FetchAsync(road, release);

        Assert.Equal(next, await File.ReadAllBytesAsync(file));
        Assert.InRange(measured, 150_000, next.Length * 0.15);
        Assert.Equal(measured, road.Brought.Sum(n => (long)release.Chunks.Index[n].Length));
        Assert.Equal(next.Length - measured, _fixture.Last.BytesReused);
    }

    [Fact]
    public async Task Damaged_installed_version_lends_no_damaged_chunk()
    {
        var damaged = Content.ToArray();
        damaged[1_000_000] ^= 1;
        _fixture.Install("0.9.0", damaged);
        var road = new ScriptedTransport(Content);
        var file = await _fixture.FetchAsync(road, Wanted);
        Assert.Equal(Content, await File.ReadAllBytesAsync(file));
        Assert.NotEmpty(road.Brought);
        Assert.InRange(road.Brought.Count, 1, 4);
    }

    [Fact]
    public async Task Newer_release_takes_over_what_was_fetched_of_the_one_before()
    {
        await _fixture.FailAsync(new ScriptedTransport(Content) { BreakAfter = 20 }, Wanted);
        byte[] next = [.. Content, .. DownloadFixture.Content(200_000, 5)];
        var release = DownloadFixture.Release(next, "1.1.0");
        var road = new ScriptedTransport(next);
        await _fixture.FetchAsync(road, release);
        Assert.Equal(Enumerable.Range(20, release.Chunks.Index.Count - 20), road.Brought);
    }

    [Fact]
    public async Task Index_of_another_download_that_is_damaged_or_gone_costs_only_its_chunks()
    {
        await _fixture.FailAsync(new ScriptedTransport(Content) { BreakAfter = 20 }, Wanted);
        var release = DownloadFixture.Release([.. Content, 1], "1.1.0");
        var index = Path.ChangeExtension(_fixture.Part(Wanted), ".chunks");
        await File.WriteAllTextAsync(index, "ERCHUNK1 but no index at all, only some text that is long enough");
        Assert.Equal(Content.Length + 1, await _fixture.Over(new ScriptedTransport([])).MeasureAsync(release, CancellationToken.None));
        File.Delete(index);
        Assert.Equal(Content.Length + 1, await _fixture.Over(new ScriptedTransport([])).MeasureAsync(release, CancellationToken.None));
        var file = await _fixture.FetchAsync(new ScriptedTransport([.. Content, 1]), release);
        Assert.Equal(Content.Length + 1, new FileInfo(file).Length);
    }

    [Fact]
    public async Task Chunk_that_stands_in_the_file_many_times_is_fetched_once()
    {
        byte[] content = [.. DownloadFixture.Content(300_000, 6), .. new byte[3_000_000], .. DownloadFixture.Content(300_000, 7)];
        var release = DownloadFixture.Release(content);
        var road = new ScriptedTransport(content, null);
        var file = await _fixture.FetchAsync(road, release);
        Assert.Equal(content, await File.ReadAllBytesAsync(file));
        var digests = road.Brought.Select(n => Convert.ToHexString(release.Chunks.Index.Digest(n))).ToArray();
        Assert.Equal(digests.Distinct(StringComparer.Ordinal), digests);
        Assert.True(digests.Length < release.Chunks.Index.Count - 15);
    }

    [Fact]
    public async Task Index_whose_chunks_are_another_file_is_final_and_leaves_nothing()
    {
        var other = DownloadFixture.Content(Content.Length, 8);
        var failure = await _fixture.FailAsync(new ScriptedTransport(other), DownloadFixture.Release(Content, index: DownloadFixture.Release(other).Chunks.Index));
        Assert.Equal((UpdateReasons.DigestMismatch, true), (failure.Code, failure.IsFinal));
        Assert.Contains(DownloadFixture.Release(Content).Chunks.Index.Sha256, failure.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Parts());
    }

    [Fact]
    public async Task Index_of_another_length_is_refused_before_anything_is_made()
    {
        var failure = await _fixture.FailAsync(new ScriptedTransport(Content), DownloadFixture.Release([.. Content, 1], index: Wanted.Chunks.Index));
        Assert.Equal(UpdateReasons.Untrusted, failure.Code);
        Assert.Contains("2500001", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Parts());
    }

    [Fact]
    public async Task Bytes_that_change_on_the_disk_after_they_were_written_are_fetched_again()
    {
        var rounds = 0;
        ScriptedTransport? road = null;
        road = new ScriptedTransport(Content, async (request, sink, token) =>
        {
            rounds++;
            await road!.BringAsync(request, sink, token);
            if (rounds == 1) Flip(_fixture.Part(Wanted), 1_500_000);
        });
        var file = await _fixture.FetchAsync(road, Wanted);
        Assert.Equal(2, rounds);
        Assert.Single(road.Brought.GroupBy(n => n), g => g.Count() == 2);
        Assert.Equal(Content, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task Disk_that_never_holds_what_is_written_is_given_up_as_failing()
    {
        ScriptedTransport? road = null;
        road = new ScriptedTransport(Content, async (request, sink, token) =>
        {
            await road!.BringAsync(request, sink, token);
            Flip(_fixture.Part(Wanted), 1_500_000);
        });
        var failure = await _fixture.FailAsync(road, Wanted);
        Assert.Equal((UpdateReasons.Storage, false), (failure.Code, failure.IsFinal));
        Assert.Contains("1 of", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discard_deletes_all_downloads_of_a_model_but_the_one_that_is_wanted()
    {
        var next = DownloadFixture.Release(DownloadFixture.Content(100_000, 9), "1.1.0");
        await _fixture.FetchAsync(new ScriptedTransport(Content), Wanted);
        await _fixture.FetchAsync(new ScriptedTransport(DownloadFixture.Content(100_000, 9)), next);
        var downloader = _fixture.Over(new ScriptedTransport([]));

        downloader.Discard(DownloadFixture.Model, next.Chunks.Index.Sha256);
        Assert.Equal([next.Chunks.Index.Sha256 + ".chunks", next.Chunks.Index.Sha256 + ".part"], _fixture.Parts());
        downloader.Discard(DownloadFixture.Model);
        downloader.Discard(DownloadFixture.Model);
        downloader.Discard("never-heard-of");
        Assert.False(Directory.Exists(Path.Combine(_fixture.State, "updates", "parts", DownloadFixture.Model)));
        Assert.Throws<ArgumentException>(() => downloader.Discard("../models"));
    }

    [Fact]
    public async Task Empty_release_is_a_file_of_no_bytes()
    {
        var file = await _fixture.FetchAsync(new ScriptedTransport([]), DownloadFixture.Release([]));
        Assert.Equal(0, new FileInfo(file).Length);
    }

    [Fact]
    public async Task State_directory_that_cannot_be_written_is_a_storage_error_with_its_path()
    {
        Directory.CreateDirectory(Path.Combine(_fixture.State, "updates"));
        await File.WriteAllTextAsync(Path.Combine(_fixture.State, "updates", "parts"), "a file in the way");
        var failure = await _fixture.FailAsync(new ScriptedTransport(Content), Wanted);
        Assert.Equal((UpdateReasons.Storage, false), (failure.Code, failure.IsFinal));
        Assert.Contains(Path.Combine("updates", "parts"), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_told_while_chunks_come_and_the_rate_is_that_of_the_last_seconds()
    {
        ScriptedTransport? road = null;
        road = new ScriptedTransport(Content, async (request, sink, token) =>
        {
            for (var number = 0; number < request.Index.Count; number++)
            {
                sink.Offer(number, road!.Chunk(request, number));
                var told = _fixture.Progress.Count;
                _fixture.Time.Advance(TimeSpan.FromSeconds(1));
                await WaitForAsync(() => _fixture.Progress.Count > told);
            }

            await Task.Yield();
        });
        await _fixture.FetchAsync(road, Wanted);
        Assert.Equal(Content.Length, _fixture.Last.BytesDone);
        Assert.Equal("scripted", _fixture.Last.Transport);
        Assert.InRange(_fixture.Last.BytesPerSecond, 16 << 10, 128 << 10); // one chunk a second
        Assert.Equal(0, _fixture.Last.RemainingSeconds);
        Assert.True(_fixture.Progress.Select(p => p.BytesDone).SequenceEqual(_fixture.Progress.Select(p => p.BytesDone).Order()));
    }

    private static long Bytes(IEnumerable<int> numbers) => numbers.Sum(n => (long)Wanted.Chunks.Index[n].Length);

    /// <summary>Changes a byte behind the back of who has the file open and locked, as a failing card does.</summary>
    private static void Flip(string path, long at)
    {
        var text = $"printf '\\{Convert.ToString(Content[at] ^ 1, 8).PadLeft(3, '0')}' | dd of='{path}' bs=1 seek={at} conv=notrunc status=none";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", text]) { UseShellExecute = false })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Yield();
    }
}
