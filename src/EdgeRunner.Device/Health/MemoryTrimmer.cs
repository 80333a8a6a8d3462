using EdgeRunner.Device.Pipelines;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Health;

/// <summary>Gives back what only the start and the loading of models have needed: half of the daemon's memory. After the start, and after a pipeline has
/// begun to run, once nothing has changed for <see cref="Quiet"/>.</summary>
/// <remarks>What the pipelines use of it comes back with their next window, which costs that window some hundred microseconds.</remarks>
internal sealed partial class MemoryTrimmer(StateBoard states, InferenceEngine engine, TimeProvider timeProvider, ILogger<MemoryTrimmer> logger) : IHostedService, IDisposable
{
    /// <summary>Pipelines that start together have loaded their models by then.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private ITimer? _timer;
    private IReadOnlyList<ComponentEntry>? _trimmedFor;

    /// <summary>Times it has trimmed.</summary>
    public int Runs { get; private set; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = timeProvider.CreateTimer(_ => Trim(), null, Quiet, Timeout.InfiniteTimeSpan);
        states.Changed += OnChanged;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        states.Changed -= OnChanged;
        _timer?.Dispose();
    }

    private void OnChanged(object? sender, EventArgs e) => _timer?.Change(Quiet, Timeout.InfiniteTimeSpan);

    private void Trim()
    {
        // A broker that comes and goes, or a pipeline that ends, has loaded nothing.
        var running = states.Snapshot().Where(entry => entry.State == ComponentState.Running && entry.Component.StartsWith("pipeline ", StringComparison.Ordinal)).ToList();
        if (_trimmedFor is not null && running.TrueForAll(_trimmedFor.Contains)) return;
        _trimmedFor = running;
        // Configuration and models were read into memory that no collection has looked at since. Once, in the first seconds: later it would hold up
        // windows, and by itself the collector does it soon enough.
        if (Runs == 0) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var dropped = MemoryTrim.Run(Environment.ProcessPath, engine.LibraryAddress);
        Runs++;
        Log.Trimmed(logger, dropped >> 10);
    }

    private static partial class Log
    {
        [LoggerMessage(6030, LogLevel.Debug, "Memory trimmed: {Kibibytes} KiB of programs and libraries that only the start has used")]
        public static partial void Trimmed(ILogger logger, long kibibytes);
    }
}
