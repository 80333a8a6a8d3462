using System.Collections.Concurrent;
using EdgeRunner.Fleet.Depot;
using EdgeRunner.Fleet.Depot.Fairness;
using EdgeRunner.Messaging.Mqtt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>A whole depot in this process.</summary>
internal sealed class RunningDepot : IAsyncDisposable
{
    internal const string Fleet = "north";

    private static int _clients;

    private readonly IHost _host;
    private readonly LineCollector _lines = new();

    private RunningDepot(DepotOptions options, TimeProvider time) => _host = DepotHost.Build(options, time, _lines);

    internal DepotCounters Counters => _host.Services.GetRequiredService<DepotCounters>();

    /// <summary>Requests that were accepted and neither answered nor handed to a group yet.</summary>
    internal int InLine => _host.Services.GetRequiredService<LaneRing>().Answers;

    /// <summary>Messages that the broker did not take.</summary>
    internal long Refused => _host.Services.GetRequiredService<DepotConnection>().Session.Statistics.Refused;

    internal DepotFigures Figures => Counters.Snapshot();

    internal DepotHealth Health => _host.Services.GetRequiredService<DepotHealth>();

    internal IReadOnlyCollection<string> Lines => _lines.Lines;

    /// <summary>Starts one and waits until it takes requests.</summary>
    internal static async Task<RunningDepot> StartAsync(string repository, int brokerPort, Func<DepotOptions, DepotOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new DepotOptions(repository, Fleet)
        {
            Broker = new MqttSessionOptions
            {
                Port = brokerPort,
                ClientId = $"depot-{Environment.ProcessId}-{Interlocked.Increment(ref _clients)}",
                CleanStart = true,
                SessionExpiry = TimeSpan.Zero,
                ReconnectInitialDelay = TimeSpan.FromMilliseconds(50),
                ReconnectMaxDelay = TimeSpan.FromMilliseconds(200),
            },
            CollectTime = TimeSpan.FromMilliseconds(100),
        };
        var depot = new RunningDepot(configure?.Invoke(options) ?? options, time ?? TimeProvider.System);
        await depot._host.StartAsync();
        await Waiting.UntilAsync(() => depot.IsServing, "the depot is subscribed");
        return depot;
    }

    internal Task StopAsync() => _host.StopAsync();

    /// <summary>As a power cut is: no goodbye to devices. The broker sees the connection end.</summary>
    internal ValueTask KillAsync() => _host.Services.GetRequiredService<DepotConnection>().DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private bool IsServing => _host.Services.GetServices<IHostedService>().OfType<DepotServer>().Single().IsServing;

    private sealed class LineCollector : ILoggerProvider, ILogger
    {
        internal ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)}{(exception is null ? "" : $": {exception}")}");
    }
}
