namespace EdgeRunner.Device.Pipelines;

/// <summary>What the last versions of a pipeline's model have done, also those that have gone: a new version is compared with the one before. Thread-safe.</summary>
internal sealed class ObservationLog
{
    /// <summary>Versions that are kept: a rollback and another try are three, each some 25 kB.</summary>
    private const int Kept = 4;

    private readonly Lock _gate = new();
    private readonly ServingObservation?[] _last = new ServingObservation?[Kept]; // the newest first

    /// <summary>The version that serves, or served last; null before the first.</summary>
    public ServingObservation? Latest
    {
        get
        {
            lock (_gate) return _last[0];
        }
    }

    /// <summary>A model begins to serve. The pipeline's thread; allocates nothing.</summary>
    /// <returns>Where it is to be recorded: goes on with what there is when it is the same bundle, because the pipeline only began anew.</returns>
    public ServingObservation Begin(ServingModel model)
    {
        lock (_gate)
        {
            if (_last[0] is { } latest && string.Equals(latest.Sha256, model.Sha256, StringComparison.Ordinal)) return latest;
            for (var i = Kept - 1; i > 0; i--) _last[i] = _last[i - 1];
            return _last[0] = model.Observation;
        }
    }

    /// <summary>A version that has gone: of its times here, the one with most windows; null when it has not served lately.</summary>
    public ServingObservation? Find(string model, string version)
    {
        lock (_gate)
        {
            return _last.OfType<ServingObservation>()
                .Where(one => string.Equals(one.Model, model, StringComparison.Ordinal) && string.Equals(one.Version, version, StringComparison.Ordinal))
                .MaxBy(one => one.Windows);
        }
    }
}
