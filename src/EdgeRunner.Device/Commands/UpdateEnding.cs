using EdgeRunner.Device.Updates;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Commands;

/// <summary>Tells from the status when all is done that a check has begun.</summary>
internal static class UpdateEnding
{
    /// <summary>True when every model that the group wants something of has it or has refused it.</summary>
    public static bool IsReached(UpdateStatus status) => status.Models.All(model => IsAtRest(model) && (model.Desired is null || IsSettled(model)));

    /// <summary>What keeps an update from going on; the daemon tries it again later. Null when there is nothing.</summary>
    public static UpdateAnswer? FindTrouble(UpdateStatus status) =>
        status.Models.FirstOrDefault(model => model is { ReasonCode: not null } && !IsSettled(model)) is { } stuck
            ? new UpdateAnswer(false, $"{stuck.Model} {Stuck(stuck)} does not go on: {stuck.Reason}; the daemon tries it again: edgerunner update status --watch", stuck.ReasonCode)
            : null;

    /// <summary>How it ended.</summary>
    /// <param name="status">At the end.</param>
    /// <param name="check">What the check said: the answer where nothing was to be done.</param>
    public static UpdateAnswer Tell(UpdateStatus status, UpdateAnswer check)
    {
        var wanted = status.Models.Where(model => model.Desired is not null).ToList();
        if (wanted.Count == 0) return check;
        var refused = wanted.FirstOrDefault(model => model.Phase is "rejected");
        return new UpdateAnswer(refused is null, string.Join("; ", wanted.Select(Describe)), refused?.ReasonCode);
    }

    private static string Describe(UpdateReport model) => model.Phase is "rejected"
        ? $"{model.Model} {model.Version} was refused{(model.From is null ? "" : $", {model.From} goes on")}: {model.Reason}"
        : $"{model.Model} {model.Version ?? model.Desired} serves";

    // At rest, the version is that of the update before, and the trouble is with the one that the group wants.
    private static string Stuck(UpdateReport model) => IsAtRest(model) && model.Desired is { } wanted ? $"{wanted} has not begun and" : $"{model.Version ?? model.Desired} is {model.Phase} and";

    private static bool IsAtRest(UpdateReport model) => model.Phase is "idle" or "committed" or "rejected";

    private static bool IsSettled(UpdateReport model) => model.Phase is "committed" or "rejected" && string.Equals(model.Version, model.Desired ?? model.Version, StringComparison.Ordinal);
}
