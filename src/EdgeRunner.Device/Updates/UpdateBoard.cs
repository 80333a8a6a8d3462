using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Updates;

/// <summary>Where all updates are now, for <c>status</c>, the report and the logs. Thread-safe; progress changes it silently, a phase is announced.</summary>
/// <param name="group">The group that the device follows.</param>
internal sealed class UpdateBoard(string group)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, UpdateReport> _models = new(StringComparer.Ordinal);
    private DateTimeOffset? _lastCheck;
    private DateTimeOffset? _lastAnswered;
    private string? _notice;
    private (string Code, string Words)? _problem;

    /// <summary>Told of each new phase, and of each new outcome of a dry run; on the thread that made it, and must be quick.</summary>
    public Action<UpdateReport>? Announced { get; set; }

    /// <summary>Told when something else that a report says of a model has changed: why it waits, what keeps it, what is wanted; on any thread, and must be quick.</summary>
    public Action? Changed { get; set; }

    /// <summary>Everything now.</summary>
    public UpdateStatus Snapshot()
    {
        lock (_gate) return new UpdateStatus(group, [.. _models.Values]) { LastCheck = _lastCheck, LastAnswered = _lastAnswered, Notice = _notice, ProblemCode = _problem?.Code, Problem = _problem?.Words };
    }

    /// <summary>One model; null when updates know nothing of it.</summary>
    public UpdateReport? Find(string model)
    {
        lock (_gate) return _models.GetValueOrDefault(model);
    }

    /// <summary>A state is durable.</summary>
    public void Show(UpdateRecord record)
    {
        UpdateReport report;
        bool isNews, differs;
        lock (_gate)
        {
            var before = _models.GetValueOrDefault(record.Model);
            report = Of(record) with { Desired = before?.Desired, Pinned = before?.Pinned, Waiting = before?.Waiting, DryRun = before?.DryRun };
            differs = before is not null && Differs(before, report);
            isNews = before is null ? record.Phase != UpdatePhase.Idle : !IsSame(before, report);
            _models[record.Model] = report;
        }

        if (isNews) Announced?.Invoke(report);
        else if (differs) Changed?.Invoke();
    }

    /// <summary>What the group wants of this device, and whether a person has fixed the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">What the group wants; null when it wants nothing, or nothing that the device takes.</param>
    /// <param name="isPinned">Whether a person has fixed it.</param>
    /// <param name="waiting">Why it is not taken, though nothing is wrong; null when it is.</param>
    public void SetDesired(string model, string? version, bool isPinned, string? waiting = null) =>
        Change(model, report => report with { Desired = version, Pinned = isPinned ? true : null, Waiting = waiting });

    /// <summary>What a dry run has found; null ends it.</summary>
    public void SetDryRun(string model, DryRunReport? dryRun)
    {
        if (Change(model, report => report with { DryRun = dryRun }) is { } changed && dryRun is not null) Announced?.Invoke(changed);
    }

    /// <summary>Why the present step does not go on, or why nothing has begun; it is tried again. Nulls end it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="code">One of <see cref="UpdateReasons"/>, or of a probe.</param>
    /// <param name="words">The same in plain words.</param>
    /// <param name="retryAt">When it is tried again by itself; null when that is not known.</param>
    public void SetTrouble(string model, string? code, string? words, DateTimeOffset? retryAt = null) =>
        Change(model, report => report with { ReasonCode = code, Reason = words, RetryAt = retryAt, BytesPerSecond = null, RemainingSeconds = null });

    /// <summary>A download has moved on.</summary>
    public void SetProgress(string model, DownloadProgress progress) => Change(model, report => report with
    {
        BytesDone = progress.BytesDone,
        BytesTotal = progress.BytesTotal,
        BytesReused = progress.BytesReused,
        BytesPerSecond = Math.Round(progress.BytesPerSecond),
        RemainingSeconds = progress.RemainingSeconds is { } seconds ? Math.Round(seconds, 1) : null,
        Transport = progress.Transport,
        ReasonCode = null,
        Reason = null,
        RetryAt = null,
    });

    /// <summary>A trial has moved on.</summary>
    public void SetProgress(string model, TrialProgress progress) =>
        Change(model, report => report with { TrialWindows = progress.Windows, TrialWindowsWanted = progress.WindowsWanted });

    /// <summary>A check has ended.</summary>
    public void SetChecked(DateTimeOffset at, string? code, string? words)
    {
        lock (_gate)
        {
            (_lastCheck, _problem) = (at, code is null ? null : (code, words ?? ""));
            if (code is null) _lastAnswered = at;
        }
    }

    /// <summary>What a person should know of the last check that was answered; null ends it.</summary>
    public void SetNotice(string? words)
    {
        lock (_gate) _notice = words;
    }

    private UpdateReport? Change(string model, Func<UpdateReport, UpdateReport> change)
    {
        UpdateReport before, after;
        lock (_gate)
        {
            before = _models.GetValueOrDefault(model) ?? new UpdateReport(model, UpdatePhase.Idle.Word());
            after = change(before);
            if (after == before && _models.ContainsKey(model)) return null;
            _models[model] = after;
        }

        if (Differs(before, after)) Changed?.Invoke();
        return after;
    }

    // Not the progress, which changes many times a second, nor the words of a trouble, which may have numbers in them.
    private static bool Differs(UpdateReport a, UpdateReport b) =>
        !string.Equals(a.ReasonCode, b.ReasonCode, StringComparison.Ordinal) || !string.Equals(a.Waiting, b.Waiting, StringComparison.Ordinal)
        || !string.Equals(a.Desired, b.Desired, StringComparison.Ordinal) || a.Pinned != b.Pinned;

    private static UpdateReport Of(UpdateRecord record) => new(record.Model, record.Phase.Word())
    {
        Version = record.Target?.Version,
        Release = record.Target?.Number,
        From = record.From,
        ReasonCode = record.ReasonCode,
        Reason = record.Reason,
        Since = record.Since,
        BytesTotal = record.Phase == UpdatePhase.Downloading ? record.Target?.Length : null,
    };

    private static bool IsSame(UpdateReport a, UpdateReport b) =>
        string.Equals(a.Phase, b.Phase, StringComparison.Ordinal) && string.Equals(a.Version, b.Version, StringComparison.Ordinal) && a.Since == b.Since;
}
