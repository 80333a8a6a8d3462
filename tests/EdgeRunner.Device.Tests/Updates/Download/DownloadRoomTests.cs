using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Tests.Updates.Download;

/// <summary>Disks that are too small or become full, as real file systems.</summary>
public sealed class DownloadRoomTests
{
    private static readonly byte[] Content = DownloadFixture.Content(1_000_000, 1);
    private static readonly Release Wanted = DownloadFixture.Release(Content);

    [Fact]
    public async Task Release_that_does_not_fit_is_refused_with_the_numbers_before_anything_is_fetched()
    {
        using var disk = SmallDisk.Mount(1_900_000); // room for the file, and not for what comes out of an encrypted one
        using var fixture = new DownloadFixture(disk.Path);
        var road = new ScriptedTransport(Content);
        var encrypted = Wanted with { Keys = Wanted.Target };
        var failure = await fixture.FailAsync(road, encrypted);
        Assert.Equal((UpdateReasons.NoSpace, false), (failure.Code, failure.IsFinal));
        Assert.Contains("1000000 to fetch, 1000000 to decrypt, and 0 that updates.reserveBytes keeps free", failure.Message, StringComparison.Ordinal);
        Assert.Empty(road.Brought);
        Assert.Equal(UpdateReasons.NoSpace, (await Assert.ThrowsAsync<UpdateFailedException>(() => fixture.Over(road).MeasureAsync(encrypted, CancellationToken.None))).Code);
        Assert.DoesNotContain(fixture.Parts(), name => name!.EndsWith(".part", StringComparison.Ordinal));
        await fixture.FetchAsync(road, Wanted); // a bundle is moved into the store and not copied
    }

    [Fact]
    public async Task Reserve_is_kept_free()
    {
        using var disk = SmallDisk.Mount(2 << 20);
        using var fixture = new DownloadFixture(disk.Path);
        fixture.Options.ReserveBytes = 3 << 19;
        Assert.Contains("1572864 that updates.reserveBytes keeps free", (await fixture.FailAsync(new ScriptedTransport(Content), Wanted)).Message, StringComparison.Ordinal);
        fixture.Options.ReserveBytes = 1 << 19;
        await fixture.FetchAsync(new ScriptedTransport(Content), Wanted);
    }

    [Fact]
    public async Task Disk_that_others_fill_after_the_beginning_does_not_stop_a_download()
    {
        using var disk = SmallDisk.Mount(4 << 20);
        using var fixture = new DownloadFixture(disk.Path);
        ScriptedTransport? road = null;
        road = new ScriptedTransport(Content, async (request, sink, token) =>
        {
            disk.FillUp();
            await road!.BringAsync(request, sink, token);
        });
        Assert.Equal(Content, await File.ReadAllBytesAsync(await fixture.FetchAsync(road, Wanted)));
    }

    [Fact]
    public async Task Download_succeeds_once_there_is_room_and_has_lost_nothing()
    {
        using var disk = SmallDisk.Mount(4 << 20);
        using var fixture = new DownloadFixture(disk.Path);
        await fixture.FailAsync(new ScriptedTransport(Content) { BreakAfter = 5 }, Wanted);
        disk.FillUp();
        fixture.Options.ReserveBytes = 1; // all else of the file has its room already
        Assert.Equal(UpdateReasons.NoSpace, (await fixture.FailAsync(new ScriptedTransport(Content), Wanted)).Code);
        disk.FreeSpace();
        var road = new ScriptedTransport(Content);
        await fixture.FetchAsync(road, Wanted);
        Assert.Equal(Enumerable.Range(5, Wanted.Chunks.Index.Count - 5), road.Brought);
    }

    [Fact]
    public async Task Older_download_makes_room_for_the_newer_release()
    {
        using var disk = SmallDisk.Mount(1_500_000);
        using var fixture = new DownloadFixture(disk.Path);
        await fixture.FailAsync(new ScriptedTransport(Content) { BreakAfter = 5 }, Wanted);
        var content = DownloadFixture.Content(1_100_000, 2);
        var next = DownloadFixture.Release(content, "1.1.0");
        Assert.Equal(content.Length, await fixture.Over(new ScriptedTransport([])).MeasureAsync(next, CancellationToken.None));
        await fixture.FetchAsync(new ScriptedTransport(content), next);
        Assert.Equal([next.Chunks.Index.Sha256 + ".chunks", next.Chunks.Index.Sha256 + ".part"], fixture.Parts());
    }

    [Fact]
    public async Task Disk_that_becomes_read_only_is_a_storage_error()
    {
        using var disk = SmallDisk.Mount(4 << 20);
        using var fixture = new DownloadFixture(disk.Path);
        await fixture.FailAsync(new ScriptedTransport(Content) { BreakAfter = 5 }, Wanted);
        disk.Remount(readOnly: true);
        var failure = await fixture.FailAsync(new ScriptedTransport(Content), Wanted);
        Assert.Equal((UpdateReasons.Storage, false), (failure.Code, failure.IsFinal));
        disk.Remount(readOnly: false);
        await fixture.FetchAsync(new ScriptedTransport(Content), Wanted);
    }
}
