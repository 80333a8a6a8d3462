using System.Diagnostics;
using System.Globalization;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Download;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Benchmarks;

/// <summary><c>transfer</c>: the parts of the daemon that fetch a release, against a real depot, broker and disk.</summary>
internal sealed class TransferBenchmark : IAsyncDisposable
{
    private readonly Arguments _arguments;
    private readonly string _state;
    private readonly BrokerOptions _broker;
    private readonly MqttTransport _road;
    private readonly ReleaseRepository _repository;
    private readonly ReleaseDownloader _downloader;

    internal TransferBenchmark(Arguments arguments)
    {
        (_arguments, _state) = (arguments, arguments.Text("state"));
        _broker = new BrokerOptions { Host = "127.0.0.1", Port = arguments.Number("port", 1883) };
        var options = new UpdateOptions { Group = "bench", RootFile = arguments.Text("root"), TrustSystemClock = true };
        options.WindowBytes = arguments.Number("window", options.WindowBytes);
        _road = new MqttTransport(_broker, options, new DeviceIdentity("bench", arguments.Text("device"), "boot", "1.0"), TimeProvider.System, NullLogger<MqttSession>.Instance);
        _repository = new ReleaseRepository(options, _state, _road, TimeProvider.System, NullLogger<ReleaseRepository>.Instance);
        _downloader = new ReleaseDownloader(options, _state, _road, [], TimeProvider.System, NullLogger<ReleaseDownloader>.Instance);
    }

    public ValueTask DisposeAsync() => _road.DisposeAsync();

    /// <summary>Fetches one version as often as told, each time from nothing; with <c>--keep 1</c> from what is here of others.</summary>
    internal async Task<TransferResult> RunAsync()
    {
        var rounds = _arguments.Number("rounds", 1);
        var keeps = _arguments.Number("keep", 0) == 1;
        var alarmsHz = _arguments.Number("alarms-hz", 0);
        var began = Stopwatch.GetTimestamp();
        await _repository.RefreshAsync(CancellationToken.None);
        var release = await _repository.FindAsync("large", _arguments.Text("version"), CancellationToken.None);
        var refresh = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        if (!keeps) _downloader.Discard("large");
        // As the daemon's MemoryTrimmer does when it has started: what the start left behind is not what an idle device has.
        GC.Collect();
        var idle = Pss();
        await using var alarms = alarmsHz > 0 ? await AlarmPublisher.StartAsync(_broker, alarmsHz) : null;
        var alarmsIdle = alarms is null ? null : await alarms.MeasureAsync(Task.Delay(TimeSpan.FromSeconds(_arguments.Number("idle-seconds", 4))));
        using var peak = new PeakPss();
        var seconds = new List<double>();
        var fetched = new List<long>();
        async Task MoveAsync()
        {
            for (var i = 0; i < rounds; i++)
            {
                fetched.Add(keeps ? await _downloader.MeasureAsync(release, CancellationToken.None) : release.Chunks.Index.Length);
                var start = Stopwatch.GetTimestamp();
                await _downloader.FetchAsync(release, new NoProgress(), CancellationToken.None);
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                if (!keeps) _downloader.Discard("large");
            }
        }

        var moving = MoveAsync();
        var alarmsDuring = alarms is null ? null : await alarms.MeasureAsync(moving);
        await moving;
        return new TransferResult(release.Chunks.Index.Length, release.Chunks.Index.Count, seconds, fetched, idle, peak.Kilobytes, alarmsIdle, alarmsDuring, refresh);
    }

    internal static long Pss()
    {
        var line = File.ReadLines("/proc/self/smaps_rollup").First(one => one.StartsWith("Pss:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("Pss:".Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }

    private sealed class NoProgress : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
        }
    }

    /// <summary>Most memory, looked at by a thread of its own.</summary>
    private sealed class PeakPss : IDisposable
    {
        private readonly ManualResetEventSlim _stop = new();
        private readonly Thread _thread;

        internal PeakPss()
        {
            _thread = new Thread(() =>
            {
                do Kilobytes = Math.Max(Kilobytes, Pss());
                while (!_stop.Wait(50));
            });
            _thread.Start();
        }

        internal long Kilobytes { get; private set; }

        public void Dispose()
        {
            _stop.Set();
            _thread.Join();
            _stop.Dispose();
        }
    }
}
