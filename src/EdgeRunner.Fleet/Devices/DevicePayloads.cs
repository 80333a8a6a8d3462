using System.Text.Json;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Fleet.Devices;

/// <summary>Reads what devices say of themselves. A device may write anything under its own topics: it is bounded here, and cleaned for the screen.</summary>
internal static class DevicePayloads
{
    /// <summary>Longest payload that is read.</summary>
    internal const int MaxBytes = 256 << 10;

    /// <summary>Most entries that are kept of a list.</summary>
    internal const int MaxEntries = 256;

    private const int MaxProblems = 32;

    /// <exception cref="FormatException">It is none; the message says why.</exception>
    internal static PresencePayload ReadPresence(string device, ReadOnlySpan<byte> payload)
    {
        RequireLength("presence", payload);
        try
        {
            var read = JsonSerializer.Deserialize(payload, MessagingJsonContext.Default.PresencePayload) ?? throw new FormatException("its presence is null");
            RequireSame(device, read.Device, "presence");
            return read with { Boot = Name(read.Boot), Version = Name(read.Version) };
        }
        catch (JsonException e)
        {
            throw Unreadable("presence", e);
        }
    }

    /// <exception cref="FormatException">It is none; the message says why.</exception>
    internal static ReportPayload ReadReport(string device, ReadOnlySpan<byte> payload)
    {
        RequireLength("report", payload);
        try
        {
            var read = JsonSerializer.Deserialize(payload, MessagingJsonContext.Default.ReportPayload) ?? throw new FormatException("its report is null");
            RequireSame(device, read.Device, "report");
            return Clean(read);
        }
        catch (JsonException e)
        {
            throw Unreadable("report", e);
        }
    }

    private static ReportPayload Clean(ReportPayload report) => report with
    {
        Boot = Name(report.Boot),
        Version = Name(report.Version),
        Group = MaybeName(report.Group),
        Models = List(report.Models, m => m with { Name = Name(m.Name), Phase = Name(m.Phase), Active = MaybeName(m.Active), Previous = MaybeName(m.Previous), Reason = Text(m.Reason) }),
        Pipelines = List(report.Pipelines, p => p with { Name = Name(p.Name), State = Name(p.State), Model = MaybeName(p.Model), Reason = Text(p.Reason) }),
        Updates = report.Updates is null ? null : List(report.Updates, Clean),
        CheckProblem = report.CheckProblem is not { } problem ? null : new CheckProblem(Name(problem.Code), Printable.Clean(problem.Words)),
        Health = report.Health with
        {
            State = Name(report.Health.State),
            Problems = List(report.Health.Problems, p => Printable.Clean(p), MaxProblems),
            UptimeSeconds = Finite(report.Health.UptimeSeconds) ?? 0,
        },
        Capabilities = report.Capabilities with
        {
            Architecture = Name(report.Capabilities.Architecture),
            OperatingSystem = Name(report.Capabilities.OperatingSystem),
            Providers = List(report.Capabilities.Providers, Name, MaxProblems),
            OnnxRuntime = MaybeName(report.Capabilities.OnnxRuntime),
        },
    };

    private static UpdateReport Clean(UpdateReport update) => update with
    {
        Model = Name(update.Model),
        Phase = Name(update.Phase),
        Version = MaybeName(update.Version),
        From = MaybeName(update.From),
        Desired = MaybeName(update.Desired),
        Waiting = Text(update.Waiting),
        ReasonCode = MaybeName(update.ReasonCode),
        Reason = Text(update.Reason),
        Transport = Text(update.Transport),
        BytesDone = Positive(update.BytesDone),
        BytesTotal = Positive(update.BytesTotal),
        BytesReused = Positive(update.BytesReused),
        BytesPerSecond = Finite(update.BytesPerSecond),
        RemainingSeconds = Finite(update.RemainingSeconds),
        TrialWindows = Positive(update.TrialWindows),
        TrialWindowsWanted = Positive(update.TrialWindowsWanted),
        DryRun = update.DryRun is not { } answer ? null : answer with { Version = Name(answer.Version), Problems = List(answer.Problems, p => Printable.Clean(p), MaxProblems) },
    };

    // What the JSON reader does not promise: that no entry of a list is null.
    private static IReadOnlyList<T> List<T>(IReadOnlyList<T> list, Func<T, T> clean, int max = MaxEntries)
        where T : class => [.. list.Where(e => e is not null).Take(max).Select(clean)];

    private static string Name(string text) => Printable.Clean(text, Printable.MaxNameLength);

    private static string? MaybeName(string? text) => text is null ? null : Name(text);

    private static string? Text(string? text) => text is null ? null : Printable.Clean(text);

    private static long? Positive(long? value) => value is >= 0 ? value : null;

    // 1e999 is read as infinity, which JSON cannot write.
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) && number >= 0 ? number : null;

    private static void RequireLength(string what, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxBytes)
        {
            throw new FormatException($"its {what} has {payload.Length} bytes; at most {MaxBytes} are read");
        }
    }

    private static void RequireSame(string device, string said, string what)
    {
        if (!string.Equals(device, said, StringComparison.Ordinal))
        {
            throw new FormatException($"its {what} says that it is device \"{Name(said)}\"");
        }
    }

    private static FormatException Unreadable(string what, JsonException e) => new($"its {what} cannot be read: {Printable.Clean(e.Message)}", e);
}
