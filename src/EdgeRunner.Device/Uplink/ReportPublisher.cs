using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Uplink;

/// <summary>Publishes the retained report: after each connection, soon after a state has changed, and at an interval.</summary>
internal sealed partial class ReportPublisher(BrokerConnection broker, StatusReporter reporter, BundleStore store, StateBoard states, DeviceIdentity identity,
    HealthOptions options, TimeProvider timeProvider, ILogger<ReportPublisher> logger) : BackgroundService
{
    /// <summary>Changes often come in flocks; one report covers those within this time.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _wake = new(1, 1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        broker.Connected += OnChanged;
        states.Changed += OnChanged;
        try
        {
            while (true)
            {
                await using var timer = timeProvider.CreateTimer(_ => Wake(), null, TimeSpan.FromSeconds(options.ReportIntervalSeconds), Timeout.InfiniteTimeSpan).ConfigureAwait(false);
                await _wake.WaitAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Settle, timeProvider, stoppingToken).ConfigureAwait(false);
                if (broker.IsConnected) await PublishAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            broker.Connected -= OnChanged;
            states.Changed -= OnChanged;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    private void OnChanged(object? sender, EventArgs e) => Wake();

    private void Wake()
    {
        if (_wake.CurrentCount > 0) return;
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another thread has just woken it.
        }
        catch (ObjectDisposedException)
        {
            // A last change while the host goes down.
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            var payload = JsonSerializer.SerializeToUtf8Bytes(MakeReport(), MessagingJsonContext.Default.ReportPayload);
            await broker.PublishAsync(broker.Topics.Report, payload, retain: true, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttException e)
        {
            Log.ReportFailed(logger, e);
        }
        // The store may be unreadable for a moment; the report is not worth the daemon.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.ReportFailed(logger, e);
        }
    }

    private ReportPayload MakeReport()
    {
        var status = reporter.Read();
        var installed = store.List();
        var models = installed.Select(model => model.Name).Distinct(StringComparer.Ordinal)
            .Select(name => Describe(installed.Where(model => string.Equals(model.Name, name, StringComparison.Ordinal)).ToList(), status.Pipelines));
        var pipelines = status.Pipelines.Select(pipeline => new PipelineReport(
            pipeline.Name, pipeline.State.ToString().ToLowerInvariant(), pipeline.Windows, pipeline.FramesSkipped, pipeline.Model, pipeline.Reason.Length == 0 ? null : pipeline.Reason));
        var problems = status.Components.Where(entry => StatusReporter.IsProblem(entry.State)).Select(entry => $"{entry.Component}: {entry.Reason}");
        return new ReportPayload(
            identity.Id,
            identity.BootId,
            identity.Version,
            BrokerConnection.ReadClock(timeProvider),
            [.. models],
            [.. pipelines],
            new HealthReport(status.Health, [.. problems], status.UptimeSeconds, status.PssBytes, status.Telemetry.PendingRecords, status.Telemetry.Dropped.Values.Sum()),
            new CapabilitiesReport(
                RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), RuntimeInformation.OSDescription, Environment.ProcessorCount,
                GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, status.Inference?.Providers ?? [], status.Inference?.Version))
        {
            Group = status.Updates?.Group,
            Updates = status.Updates?.Models,
            CheckProblem = status.Updates is { ProblemCode: { } code, Problem: { } words } ? new CheckProblem(code, words) : null,
        };
    }

    // The last swap of any pipeline that uses it: all of them change together.
    private static ModelReport Describe(List<InstalledModel> versions, IReadOnlyList<PipelineStatus> pipelines)
    {
        var name = versions[0].Name;
        var prefix = name + " ";
        var users = pipelines.Where(pipeline => pipeline.Model?.StartsWith(prefix, StringComparison.Ordinal) == true).ToList();
        var swap = users.Select(pipeline => pipeline.LastSwap).OfType<PipelineSwap>().MaxBy(swap => swap.At);
        var phase = users.Exists(pipeline => !pipeline.Guard.Serving) ? "failed" : users.Count > 0 ? "active" : "idle";
        var reason = users.FirstOrDefault(pipeline => !pipeline.Guard.Serving)?.Guard.Reason ?? (swap is { Outcome: SwapOutcome.Refused } ? $"{swap.To} was refused: {swap.Reason}" : null);
        // Of the store and not of the pipelines: it must outlive a restart.
        return new ModelReport(name, phase, versions.Find(model => model.Active)?.Version, versions.Find(model => model.Previous)?.Version, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(2202, LogLevel.Warning, "the report could not be published; the next change or interval tries again")]
        public static partial void ReportFailed(ILogger logger, Exception exception);
    }
}
