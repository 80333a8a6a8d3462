using System.Text;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What a change did, in words.</summary>
internal static class ChangeReportText
{
    internal static string Format(ChangeReport report)
    {
        var text = new StringBuilder();
        foreach (var line in report.Done)
        {
            text.Append(line).Append('\n');
        }
        if (report.Signed.Count > 0)
        {
            text.Append("Signed: ").AppendJoin(", ", report.Signed.Select(s => $"{s.Role} with key {s.KeyId[..8]}")).Append('\n');
        }
        if (report.Published.Count > 0)
        {
            text.Append("Published: ").AppendJoin(", ", report.Published).Append('\n');
        }
        foreach (var warning in report.Warnings)
        {
            text.Append("Warning: ").Append(warning).Append('\n');
        }
        text.Append(Waiting(report.Waiting));
        return text.Length == 0 ? "Nothing to do.\n" : text.ToString();
    }

    internal static string Waiting(IReadOnlyList<EdgeRunner.Trust.Repository.WaitingRole> waiting)
    {
        var text = new StringBuilder();
        foreach (var role in waiting)
        {
            foreach (var rule in role.Requirements.Where(r => r.Missing > 0))
            {
                text.Append($"Waiting: {role.Role} v{role.Version} needs {rule.Missing} more {(rule.Missing == 1 ? "signature" : "signatures")} of the keys {string.Join(", ", rule.Unsigned.Select(k => k[..8]))} ({rule.Delegator})\n");
            }
            if (role.Reason is not null)
            {
                text.Append($"Waiting: {role.Role} v{role.Version}: {role.Reason}\n");
            }
        }
        return text.ToString();
    }
}
