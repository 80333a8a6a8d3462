using System.Diagnostics;

namespace EdgeRunner.Inference.Sessions.Providers;

/// <summary>Which execution providers models got, and which engines are being built. Thread-safe.</summary>
public sealed class ProviderBoard
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, ProviderReport> _reports = new(StringComparer.Ordinal);
    private readonly List<(string Model, string File, long Started)> _builds = [];
    private readonly Action<ProviderReport>? _sink;

    internal ProviderBoard(Action<ProviderReport>? sink) => _sink = sink;

    /// <summary>The latest report of each ONNX file, by model and file.</summary>
    public IReadOnlyList<ProviderReport> Reports
    {
        get
        {
            lock (_gate)
            {
                return [.. _reports.Values];
            }
        }
    }

    /// <summary>Loads that are going on with TensorRT.</summary>
    public IReadOnlyList<EngineBuild> Builds
    {
        get
        {
            lock (_gate)
            {
                return [.. _builds.Select(build => new EngineBuild(build.Model, build.File, Stopwatch.GetElapsedTime(build.Started)))];
            }
        }
    }

    internal void Report(ProviderReport report)
    {
        bool isNews;
        lock (_gate)
        {
            var key = $"{report.Model}/{report.File}";
            isNews = report.NotUsed.Count > 0 && !(_reports.TryGetValue(key, out var before) && before.NotUsed.SequenceEqual(report.NotUsed));
            _reports[key] = report;
        }
        if (isNews)
        {
            _sink?.Invoke(report);
        }
    }

    /// <summary>Runs a load that may build an engine, visible in <see cref="Builds"/> meanwhile.</summary>
    internal T During<T>(string model, string file, Func<T> load)
    {
        var build = (model, file, Stopwatch.GetTimestamp());
        lock (_gate)
        {
            _builds.Add(build);
        }
        try
        {
            return load();
        }
        finally
        {
            lock (_gate)
            {
                _builds.Remove(build);
            }
        }
    }
}
