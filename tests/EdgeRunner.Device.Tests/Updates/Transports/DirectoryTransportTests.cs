using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Tests.Updates.Transports;

public sealed class DirectoryTransportTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly ReleasedFile _file = new();
    private readonly DirectoryTransport _transport;

    public DirectoryTransportTests() => _transport = new DirectoryTransport(_file.Root);

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        _file.Dispose();
    }

    [Fact]
    public async Task Files_come_by_their_literal_names_and_what_is_not_there_is_not_found()
    {
        _file.Write("metadata/2.models%2Fvision.json", "signed"u8);

        Assert.Equal("signed"u8.ToArray(), (await FetchAsync(TransferKind.Metadata, "2.models%2Fvision.json")).Bytes.ToArray());
        Assert.Equal(_file.Content, (await FetchAsync(TransferKind.Target, _file.Fetch.FileName, 64 << 20)).Bytes.ToArray());
        Assert.True((await FetchAsync(TransferKind.Metadata, "2.root.json")).IsNotFound);
        Assert.True((await FetchAsync(TransferKind.Target, "models/other/x")).IsNotFound);
    }

    [Fact]
    public async Task File_beyond_the_bound_is_too_long_and_one_of_just_the_bound_is_not()
    {
        _file.Write("metadata/1.root.json", new byte[100]);

        Assert.True((await FetchAsync(TransferKind.Metadata, "1.root.json", 99)).IsTooLong);
        Assert.Equal(100, (await FetchAsync(TransferKind.Metadata, "1.root.json", 100)).Bytes.Length);
    }

    [Theory]
    [InlineData(TransferKind.Metadata, "../secret")]
    [InlineData(TransferKind.Metadata, "sub/file.json")]
    [InlineData(TransferKind.Target, "models/../../../secret")]
    [InlineData(TransferKind.Target, "/etc/passwd")]
    [InlineData(TransferKind.Target, "link")]
    [InlineData(TransferKind.Target, "up/secret")]
    [InlineData(TransferKind.Target, "models")]
    public async Task Names_and_links_that_leave_the_directory_are_refused(TransferKind kind, string name)
    {
        File.WriteAllText(_file.Beside("secret"), "secret");
        _file.Write("metadata/sub/file.json", "{}"u8);
        File.CreateSymbolicLink(Path.Combine(_file.Root, "targets", "link"), _file.Beside("secret"));
        File.CreateSymbolicLink(Path.Combine(_file.Root, "targets", "up"), "../..");

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => FetchAsync(kind, name));

        Assert.Contains(_file.Root, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_directory_that_is_a_link_elsewhere_is_refused()
    {
        Directory.CreateDirectory(_file.Beside("elsewhere"));
        File.WriteAllText(Path.Combine(_file.Beside("elsewhere"), "timestamp.json"), "{}");
        Directory.Delete(Path.Combine(_file.Root, "metadata"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(_file.Root, "metadata"), _file.Beside("elsewhere"));

        await Assert.ThrowsAsync<RepositoryUnavailableException>(() => FetchAsync(TransferKind.Metadata, "timestamp.json"));
    }

    [Fact]
    public async Task Stick_that_is_not_plugged_in_is_unavailable_and_never_not_found()
    {
        Directory.Move(_file.Root, _file.Beside("pulled-out"));
        var gone = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => FetchAsync(TransferKind.Metadata, "2.root.json"));
        Assert.Contains("plugged in and mounted", gone.Message, StringComparison.Ordinal);

        Directory.CreateDirectory(_file.Root); // the mount point of a stick that is not mounted
        var empty = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => FetchAsync(TransferKind.Metadata, "2.root.json"));
        Assert.Contains("metadata/timestamp.json", empty.Message, StringComparison.Ordinal);

        Directory.Delete(_file.Root);
        Directory.Move(_file.Beside("pulled-out"), _file.Root);
        Assert.True((await FetchAsync(TransferKind.Metadata, "2.root.json")).IsNotFound);
    }

    [Fact]
    public async Task Chunks_are_read_in_file_order_and_only_those_that_are_missing()
    {
        var sink = new CollectingSink(_file.Index);
        foreach (var number in new[] { 3, 7 }) sink.Offer(number, _file.Content.AsSpan((int)_file.Index[number].Offset, _file.Index[number].Length));

        await _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None);

        Assert.Equal(_file.Content, sink.Content);
        Assert.Equal((0, 0, 0), (sink.Missing, sink.Duplicates, sink.Wrong));
        Assert.Equal([3, 7, .. Enumerable.Range(0, 20).Where(n => n is not (3 or 7))], sink.Taken);
    }

    [Fact]
    public async Task Damaged_copy_gives_all_its_good_chunks_and_then_says_which_are_bad()
    {
        var bytes = File.ReadAllBytes(_file.File);
        bytes[_file.Index[4].Offset + 5] ^= 1;
        File.WriteAllBytes(_file.File, bytes[..^1]);
        var sink = new CollectingSink(_file.Index);

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None));

        Assert.Contains($"2 of its 20 chunks, the first at byte {_file.Index[4].Offset}", error.Message, StringComparison.Ordinal);
        Assert.Equal((2, true, true), (sink.Missing, sink.IsMissing(4), sink.IsMissing(19)));
    }

    [Fact]
    public async Task Copy_without_the_file_says_so()
    {
        File.Delete(_file.File);

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => _transport.FetchChunksAsync(_file.Fetch, new CollectingSink(_file.Index), CancellationToken.None));

        Assert.Contains(_file.Fetch.FileName, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trouble_of_the_sink_is_not_said_to_be_trouble_of_the_road()
    {
        var sink = new CollectingSink(_file.Index) { OnTaken = _ => throw new IOException("No space left on device") };

        await Assert.ThrowsAsync<IOException>(() => _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None));
    }

    private Task<EdgeRunner.Trust.Client.FetchResult> FetchAsync(TransferKind kind, string name, int maxBytes = 1 << 20) =>
        _transport.FetchAsync(kind, name, maxBytes, CancellationToken.None).AsTask();
}
