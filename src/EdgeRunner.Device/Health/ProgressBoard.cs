namespace EdgeRunner.Device.Health;

/// <summary>Who is busy, and since when. A worker marks the start and end of each piece of work; one that stays busy too long is stalled.</summary>
internal sealed class ProgressBoard(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly List<ProgressMark> _marks = [];

    /// <summary>Adds a worker.</summary>
    /// <param name="component">What, in words a person reads.</param>
    public ProgressMark Register(string component)
    {
        var mark = new ProgressMark(component, timeProvider);
        lock (_gate) _marks.Add(mark);
        return mark;
    }

    /// <summary>Takes a worker off, because it has ended.</summary>
    public void Remove(ProgressMark mark)
    {
        lock (_gate) _marks.Remove(mark);
    }

    /// <summary>The first worker that has been busy with one piece of work for longer than <paramref name="limit"/>; null when there is none.</summary>
    public string? FindStalled(TimeSpan limit)
    {
        lock (_gate) return _marks.Find(mark => mark.BusyFor > limit)?.Component;
    }
}
