using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>The daemon's roads, with a count of those to directories that a person has named.</summary>
internal sealed class CountedRoads(IUpdateRoadsFactory roads) : IUpdateRoadsFactory
{
    private int _closed;

    public int Opened { get; private set; }

    public int Closed => Volatile.Read(ref _closed);

    public UpdateRoads Open(string? directory)
    {
        var opened = roads.Open(directory);
        if (directory is null) return opened;
        Opened++;
        return new UpdateRoads(opened.Source, opened.Downloader, opened.Unsealer, opened, new Closing(() => Interlocked.Increment(ref _closed)));
    }

    private sealed class Closing(Action closed) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            closed();
            return ValueTask.CompletedTask;
        }
    }
}
