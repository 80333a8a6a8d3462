namespace EdgeRunner.Device.Updates.States;

/// <summary>Versions that a person has fixed: the desired state does not move such a model, only a signed <c>min_release</c> does. Thread-safe.</summary>
/// <param name="store">Where the file is.</param>
/// <param name="timeProvider">Dates the pins.</param>
/// <param name="say">Told when a damaged file was set aside.</param>
internal sealed class Pins(UpdateStore store, TimeProvider timeProvider, Action<string> say)
{
    private readonly Lock _gate = new();
    private readonly DurableJson<PinsFile> _file = new(
        Path.Combine(store.Root, "pins.json"), UpdateJsonContext.Default.PinsFile, file => file.Format == 1 && file.Pins.All(pin => pin is not null), say, store.SetsAside);

    private IReadOnlyList<Pin>? _pins;

    /// <summary>All pins, by model.</summary>
    public IReadOnlyList<Pin> List()
    {
        lock (_gate) return _pins ??= _file.Read()?.Pins ?? [];
    }

    /// <summary>The version that a model is pinned to; null when it is not.</summary>
    public string? Find(string model) => List().FirstOrDefault(pin => string.Equals(pin.Model, model, StringComparison.Ordinal))?.Version;

    /// <summary>Pins a model to a version.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public void Set(string model, string version)
    {
        lock (_gate)
        {
            if (string.Equals(Find(model), version, StringComparison.Ordinal)) return;
            Write([.. Others(model), new Pin(model, version, timeProvider.GetUtcNow())]);
        }
    }

    /// <summary>Takes the pin off.</summary>
    /// <returns>The version it was pinned to; null when it was not.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public string? Remove(string model)
    {
        lock (_gate)
        {
            var version = Find(model);
            if (version is not null) Write([.. Others(model)]);
            return version;
        }
    }

    private IEnumerable<Pin> Others(string model) => List().Where(pin => !string.Equals(pin.Model, model, StringComparison.Ordinal));

    private void Write(IReadOnlyList<Pin> pins)
    {
        var ordered = pins.OrderBy(pin => pin.Model, StringComparer.Ordinal).ToList();
        _file.Write(new PinsFile(1, ordered));
        _pins = ordered;
    }
}
