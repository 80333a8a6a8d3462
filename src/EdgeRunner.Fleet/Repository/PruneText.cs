using System.Text;
using EdgeRunner.Fleet.Rollouts;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What a prune did, in words.</summary>
internal static class PruneText
{
    private const string TargetsPrefix = "targets/";

    internal static string Format(PruneOutcome outcome)
    {
        var text = new StringBuilder();
        var targets = outcome.Removed.Where(f => f.Path.StartsWith(TargetsPrefix, StringComparison.Ordinal)).ToArray();
        // Metadata are many and small; somebody who only looks wants to see them all the same.
        foreach (var file in outcome.DryRun ? outcome.Removed : targets)
        {
            text.Append($"{RolloutStatusText.Bytes(file.Bytes),10}  {file.Path}\n");
        }
        text.Append(outcome.Removed.Count == 0
            ? "Nothing to remove.\n"
            : $"{(outcome.DryRun ? "Would remove" : "Removed")} {Files(outcome.Removed.Count)}, {RolloutStatusText.Bytes(outcome.RemovedBytes)}: {outcome.Removed.Count - targets.Length} of metadata, {targets.Length} of targets.\n");
        text.Append($"Kept: {Files(outcome.CurrentFiles)}, {RolloutStatusText.Bytes(outcome.CurrentBytes)}, in use");
        text.Append(outcome.ReplacedFiles == 0 ? ".\n" : $"; {outcome.ReplacedFiles} more, {RolloutStatusText.Bytes(outcome.ReplacedBytes)}, for devices with metadata of the last {outcome.KeepDays:0} days.\n");
        if (outcome.Foreign.Count > 0)
        {
            text.Append($"Left alone, since no repository writes such names: {string.Join(", ", outcome.Foreign)}\n");
        }
        return text.ToString();
    }

    private static string Files(int count) => count == 1 ? "1 file" : $"{count} files";
}
