using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Each kind of answer, from a real repository through a real broker.</summary>
public sealed class DepotAnswerTests : IAsyncLifetime
{
    private readonly MosquittoBroker _broker = MosquittoBroker.Start();
    private SignedRepository _repository = null!;
    private RunningDepot _depot = null!;
    private SimulatedDevice _device = null!;

    public async Task InitializeAsync()
    {
        _repository = await SignedRepository.CreateAsync(TimeProvider.System);
        _depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        _device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
    }

    public async Task DisposeAsync()
    {
        await _device.DisposeAsync();
        await _depot.DisposeAsync();
        _repository.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task Metadata_and_targets_come_word_for_word_and_what_is_not_there_is_said_to_be_not_found()
    {
        var big = await _repository.AddAsync("models/notes/1.0.0.txt", RandomNumberGenerator.GetBytes((2 * TransferResponse.MaxPartBytes) + 77));
        var empty = await _repository.AddAsync("models/notes/empty.txt", []);

        foreach (var name in (string[])["1.root.json", "timestamp.json", "3.snapshot.json", "3.models%2Fmain.json"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_repository.Layout.Metadata, name)), await _device.FetchAsync(TransferKind.Metadata, name));
        }
        foreach (var name in (string[])[big, empty])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_repository.Layout.Targets, name)), await _device.FetchAsync(TransferKind.Target, name));
        }
        Assert.Equal(TransferStatus.NotFound, (await _device.AskAsync(TransferKind.Metadata, "2.root.json")).Status);
        Assert.Equal(TransferStatus.NotFound, (await _device.AskAsync(TransferKind.Target, $"models/vision/{new string('a', 64)}.x")).Status);
        Assert.Equal(TransferStatus.NotFound, (await _device.AskAsync(TransferKind.Metadata, "1.models.json")).Status);
        Assert.Equal((6, 3, 3), (_depot.Figures.MetadataRequests, _depot.Figures.TargetRequests, _depot.Figures.NotFound));
    }

    [Fact]
    public async Task Chunks_for_one_device_come_on_its_own_topic_those_that_it_wants_and_no_others()
    {
        var release = await _repository.AddAsync("1.0.0", (10 * DepotReleases.ChunkBytes) + 5);
        await _device.ListenAsync(release);

        var some = await _device.AnswersAsync(await _device.SendChunksAsync(release, 3, 8, [0b1010_0001]), 3);
        var all = await _device.AnswersAsync(await _device.SendChunksAsync(release, 0, 11), 11);

        Assert.Equal([3u, 8u, 10u], some.Select(c => c.Part));
        Assert.Equal(release.Content, all.OrderBy(c => c.Part).SelectMany(c => c.Bytes.ToArray()).ToArray());
        Assert.All(all.Concat(some), c => Assert.Equal((TransferStatus.Ok, (uint)release.Index[(int)c.Part].Length, 0u), (c.Status, c.Length, c.Parts)));
        Assert.Empty(_device.Blobs);
        Assert.Equal((14, 0), (_depot.Figures.OwnChunks, _depot.Figures.SharedChunks));
    }

    [Fact]
    public async Task A_file_that_is_longer_than_the_device_takes_or_than_is_sent_whole_is_refused_in_words()
    {
        var release = await _repository.AddAsync("1.0.0", 5 << 20);

        var mine = await _device.AskAsync(TransferKind.Target, release.IndexName, maxBytes: 100);
        var whole = await _device.AskAsync(TransferKind.Target, release.Name, maxBytes: long.MaxValue);

        Assert.Contains("the device takes at most 100", mine.ErrorText, StringComparison.Ordinal);
        Assert.Contains("has 5242880 bytes; at most 4194304 are sent whole, ask for chunks", whole.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_past_the_end_and_indexes_that_are_not_there_are_told_apart()
    {
        var release = await _repository.AddAsync("1.0.0", 3 * DepotReleases.ChunkBytes);

        var past = await _device.AnswerAsync(await _device.SendChunksAsync(release, 2, 2));
        var missing = await _device.AnswerAsync(await _device.SendChunksAsync(release with { IndexName = $"models/vision/{new string('0', 64)}.9.chunks" }, 0, 1));

        Assert.Contains("chunks 2 to 3 are asked for", past.ErrorText, StringComparison.Ordinal);
        Assert.Contains("has 0 to 2", past.ErrorText, StringComparison.Ordinal);
        Assert.Equal(TransferStatus.NotFound, missing.Status);
    }

    [Fact]
    public async Task A_damaged_index_and_a_damaged_or_missing_bundle_are_errors_and_whole_ones_are_served_on()
    {
        var (bad, gone, good) = (await _repository.AddAsync("1.0.0", 90_000), await _repository.AddAsync("1.1.0", 90_000), await _repository.AddAsync("1.2.0", 90_000));
        var (flipped, cut) = (await _repository.AddAsync("1.3.0", 90_000), await _repository.AddAsync("1.4.0", 90_000));
        Change(bad.IndexName, bytes => bytes[60] ^= 1);
        File.Delete(Path.Combine(_repository.Layout.Targets, gone.Name));
        Change(flipped.Name, bytes => bytes[DepotReleases.ChunkBytes + 1] ^= 1);
        File.WriteAllBytes(Path.Combine(_repository.Layout.Targets, cut.Name), cut.Content[..20_000]);

        Assert.Contains("is damaged in the repository", await ErrorAsync(bad), StringComparison.Ordinal);
        Assert.Contains("is not in the repository", await ErrorAsync(gone), StringComparison.Ordinal);
        Assert.Contains("chunk 1 of", await ErrorAsync(flipped), StringComparison.Ordinal);
        Assert.Contains("ends at byte 20000", await ErrorAsync(cut), StringComparison.Ordinal);
        Assert.Equal(good.Chunk(4), (await _device.AnswerAsync(await _device.SendChunksAsync(good, 4, 1))).Bytes.ToArray());
        Assert.Contains(_depot.Lines, line => line.StartsWith("Error cannot serve pi-1", StringComparison.Ordinal));

        Change(flipped.Name, bytes => bytes[DepotReleases.ChunkBytes + 1] ^= 1); // mended, under the eyes of the depot
        Assert.Equal(6, (await _device.AnswersAsync(await _device.SendChunksAsync(flipped, 0, 6), 6)).Count(c => c.Status is TransferStatus.Ok));

        async Task<string> ErrorAsync(SignedRelease release)
        {
            var id = await _device.SendChunksAsync(release, 0, release.Index.Count);
            await Waiting.UntilAsync(() => _device.Answers.Any(a => a.Id == id && a.Response.Status is TransferStatus.Error), "an error");
            return _device.Answers.First(a => a.Id == id && a.Response.Status is TransferStatus.Error).Response.ErrorText;
        }
    }

    [Fact]
    public async Task A_link_in_the_repository_is_not_followed()
    {
        File.WriteAllText(_repository.Beside("secret"), "private key");
        Directory.CreateDirectory(_repository.Beside("outside"));
        var name = $"{new string('b', 64)}.secret";
        File.CreateSymbolicLink(Path.Combine(_repository.Layout.Targets, name), _repository.Beside("secret"));
        File.WriteAllText(Path.Combine(_repository.Beside("outside"), name), "private key");
        Directory.CreateSymbolicLink(Path.Combine(_repository.Layout.Targets, "linked"), _repository.Beside("outside"));

        foreach (var target in (string[])[name, $"linked/{name}"])
        {
            var answer = await _device.AskAsync(TransferKind.Target, target);
            Assert.Equal(TransferStatus.Error, answer.Status);
            Assert.Contains("link", answer.ErrorText, StringComparison.Ordinal);
            Assert.DoesNotContain(_repository.Path, answer.ErrorText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_waits_for_signatures_settings_keys_and_paths_that_lead_out_are_refused_before_the_disk_is_asked()
    {
        Directory.CreateDirectory(_repository.Layout.Staged);
        File.WriteAllText(_repository.Layout.StagedFile("models/main"), "{}");
        var temporary = Path.Combine(_repository.Layout.Targets, $".{new string('c', 64)}.tmp");
        File.WriteAllText(temporary, "half of a file");
        foreach (var (kind, name) in ((TransferKind, string)[])[
            (TransferKind.Metadata, "../staged/models%2Fmain.json"), (TransferKind.Metadata, "../repository.json"), (TransferKind.Metadata, "../timestamp.json"), (TransferKind.Metadata, "models%2Fmain.json"),
            (TransferKind.Target, $"../../online-keys/{new string('d', 64)}.pem"), (TransferKind.Target, Path.GetFileName(temporary)), (TransferKind.Target, "/etc/passwd"), (TransferKind.Target, "")])
        {
            var answer = await _device.AskAsync(kind, name);
            Assert.Equal(TransferStatus.Error, answer.Status);
            Assert.StartsWith("name ", answer.ErrorText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_that_is_no_request_is_told_why_when_it_has_a_number_and_a_good_one_after_it_is_answered()
    {
        await _device.SendRawAsync("not json at all"u8.ToArray());
        await _device.SendRawAsync(Encoding.UTF8.GetBytes(new string('[', 8000)));
        await _device.SendRawAsync(new byte[TransferRequest.MaxPayloadBytes + 1]);
        await _device.SendRawAsync("""{"id":901,"kind":"everything","name":"timestamp.json"}"""u8.ToArray());
        await _device.SendRawAsync("""{"id":902,"kind":"meta"}"""u8.ToArray());
        await _device.SendRawAsync("""{"id":903,"kind":"chunk","name":"a/b","count":2000000000}"""u8.ToArray());

        Assert.Contains("$.kind", (await _device.AnswerAsync(901)).ErrorText, StringComparison.Ordinal);
        Assert.Equal(TransferStatus.Error, (await _device.AnswerAsync(902)).Status);
        Assert.Equal(TransferStatus.Error, (await _device.AnswerAsync(903)).Status);
        Assert.Equal(TransferStatus.Ok, (await _device.AskAsync(TransferKind.Metadata, "timestamp.json")).Status);
        Assert.Equal(3, _depot.Figures.Malformed);
    }

    private void Change(string target, Action<byte[]> change)
    {
        var path = Path.Combine(_repository.Layout.Targets, target);
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }
}
