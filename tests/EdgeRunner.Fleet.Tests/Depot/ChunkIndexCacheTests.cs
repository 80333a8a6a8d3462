using EdgeRunner.Fleet.Depot;
using EdgeRunner.Fleet.Depot.Files;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>What a depot keeps in memory of the releases it serves.</summary>
public sealed class ChunkIndexCacheTests
{
    [Fact]
    public async Task A_release_whose_index_could_not_be_looked_at_once_is_served_again_when_it_can_be()
    {
        using var repository = await SignedRepository.CreateAsync(TimeProvider.System);
        var releases = new[] { await repository.AddAsync("1.0.0", 90_000), await repository.AddAsync("1.1.0", 90_000) };
        var cache = new ChunkIndexCache(new PublishedFiles(new DepotOptions(repository.Path, RunningDepot.Fleet)), ChunkIndexCache.DefaultBytes);
        var known = releases.Select(release => cache.Find(release.IndexName)).ToArray();
        Assert.All(known, Assert.NotNull);
        var file = Path.Combine(repository.Layout.Targets, releases[0].IndexName);
        var aside = repository.Beside("aside");
        File.Move(file, aside);
        File.CreateSymbolicLink(file, aside);

        Assert.Throws<PublishedFileException>(() => cache.Find(releases[0].IndexName));
        File.Delete(file);
        File.Move(aside, file);

        Assert.Equal(known, releases.Select(release => cache.Find(release.IndexName)));
        File.Delete(file);
        Assert.Null(cache.Find(releases[0].IndexName));
        Assert.Same(known[1], cache.Find(releases[1].IndexName));
    }
}
