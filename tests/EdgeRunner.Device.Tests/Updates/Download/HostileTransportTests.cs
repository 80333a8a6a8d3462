using System.Security.Cryptography;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Tests.Updates.Download;

/// <summary>Roads that lie. Nothing that they bring is used unless it is what was signed, and a later honest one finishes the file.</summary>
public sealed class HostileTransportTests : IDisposable
{
    private static readonly byte[] Content = DownloadFixture.Content(2_000_000, 1);
    private static readonly Release Wanted = DownloadFixture.Release(Content);

    private readonly DownloadFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Wrong_swapped_cut_oversized_and_misnumbered_chunks_are_refused_one_by_one()
    {
        var outcomes = new List<ChunkOutcome>();
        ScriptedTransport? road = null;
        road = new ScriptedTransport(Content, (request, sink, _) =>
        {
            var last = request.Index.Count - 1;
            Offer(0, RandomNumberGenerator.GetBytes(request.Index[0].Length));
            Offer(0, road!.Chunk(request, 1).ToArray());
            Offer(0, road.Chunk(request, 0)[..^1].ToArray());
            Offer(0, [.. road.Chunk(request, 0), 0]);
            Offer(0, []);
            Offer(0, new byte[10 << 20]);
            Offer(-1, road.Chunk(request, 0).ToArray());
            Offer(last + 1, road.Chunk(request, last).ToArray());
            Offer(int.MaxValue, road.Chunk(request, last).ToArray());
            Offer(int.MinValue, []);
            Assert.Equal(request.Index.Count, sink.Missing);
            Assert.False(sink.IsMissing(-1) || sink.IsMissing(last + 1) || sink.IsMissing(int.MinValue));
            throw new RepositoryUnavailableException("caught");

            void Offer(int number, byte[] bytes) => outcomes.Add(sink.Offer(number, bytes));
        });
        Assert.Equal(UpdateReasons.Unavailable, (await _fixture.FailAsync(road, Wanted)).Code);
        Assert.All(outcomes, outcome => Assert.Equal(ChunkOutcome.Wrong, outcome));
        Assert.Equal(Content.Length, await _fixture.Over(road).MeasureAsync(Wanted, CancellationToken.None));
    }

    [Fact]
    public async Task Lies_and_truth_from_many_threads_at_once_end_in_the_signed_file()
    {
        ScriptedTransport? road = null;
        var taken = 0;
        road = new ScriptedTransport(Content, (request, sink, _) => Task.WhenAll(Enumerable.Range(0, 6).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            while (sink.Missing > 0)
            {
                var number = random.Next(request.Index.Count);
                var bytes = road!.Chunk(request, number).ToArray();
                var offer = random.Next(4);
                if (offer == 0) bytes[random.Next(bytes.Length)] ^= 0x40;
                if (offer == 1) number = (number + 1) % request.Index.Count;
                if (offer == 2) bytes = [.. bytes, .. bytes];
                var outcome = sink.Offer(number, bytes);
                Assert.True(offer == 3 || outcome != ChunkOutcome.Taken);
                if (outcome == ChunkOutcome.Taken) Interlocked.Increment(ref taken);
            }
        }))));
        var file = await _fixture.FetchAsync(road, Wanted);
        Assert.Equal(Content, await File.ReadAllBytesAsync(file));
        Assert.Equal(Wanted.Chunks.Index.Count, taken); // each once, whoever else offered it
    }

    [Fact]
    public async Task Road_that_says_that_it_is_done_and_is_not_is_unavailable_and_another_finishes()
    {
        ScriptedTransport? liar = null;
        liar = new ScriptedTransport(Content, (request, sink, _) =>
        {
            sink.Offer(3, liar!.Chunk(request, 3));
            return Task.CompletedTask;
        });
        var failure = await _fixture.FailAsync(liar, Wanted);
        Assert.Equal((UpdateReasons.Unavailable, false), (failure.Code, failure.IsFinal));
        Assert.Contains("before all was there", failure.Message, StringComparison.Ordinal);
        var honest = new ScriptedTransport(Content);
        await _fixture.FetchAsync(honest, Wanted);
        Assert.DoesNotContain(3, honest.Brought);
    }

    [Fact]
    public async Task Chunks_true_or_false_cost_no_memory_each()
    {
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 4096; round++) // A collection that another test causes counts as an allocation here; see Allocations.
        {
            using var fixture = new DownloadFixture();
            ScriptedTransport? road = null;
            road = new ScriptedTransport(Content, (request, sink, _) =>
            {
                sink.Offer(0, new byte[5]); // what is made once
                sink.Offer(0, road!.Chunk(request, 0));
                var wrong = new byte[128 << 10];
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var number = 1; number < request.Index.Count; number++)
                {
                    sink.Offer(number, wrong);
                    sink.Offer(number, road.Chunk(request, number));
                    sink.Offer(number, road.Chunk(request, number));
                }

                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                return Task.CompletedTask;
            });
            await fixture.FetchAsync(road, Wanted);
        }

        Assert.InRange(least, 0, 4096);
    }

    [Fact]
    public async Task Chunks_that_come_after_the_end_are_harmless()
    {
        IChunkSink? kept = null;
        ScriptedTransport? road = null;
        road = new ScriptedTransport(Content, async (request, sink, token) =>
        {
            kept = sink;
            await road!.BringAsync(request, sink, token);
        });
        var file = await _fixture.FetchAsync(road, Wanted);
        Assert.Equal(ChunkOutcome.Duplicate, kept!.Offer(0, road.Chunk(Wanted.Chunks, 0)));
        Assert.Equal(ChunkOutcome.Duplicate, kept.Offer(0, new byte[100]));
        Assert.Equal(Content, await File.ReadAllBytesAsync(file));

        _fixture.Over(road).Discard(DownloadFixture.Model);
        var broken = new ScriptedTransport(Content, (_, sink, _) =>
        {
            kept = sink;
            throw new RepositoryUnavailableException("gone");
        });
        await _fixture.FailAsync(broken, Wanted);
        Assert.Equal(ChunkOutcome.Duplicate, kept.Offer(0, road.Chunk(Wanted.Chunks, 0)));
        Assert.DoesNotContain(_fixture.Parts(), name => name!.EndsWith(".part", StringComparison.Ordinal)); // nothing came: the disk is given back
    }
}
