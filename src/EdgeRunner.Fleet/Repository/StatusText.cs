using System.Globalization;
using System.Text;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What <c>repo status</c> says, in words and for Prometheus.</summary>
internal static class StatusText
{
    internal static string Format(StatusReport report, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.Append($"{report.Repository}{(report.Published ? "" : ": not published yet, devices cannot use it")}\n");
        var width = report.Roles.Count == 0 ? 0 : report.Roles.Max(r => r.Role.Length);
        foreach (var role in report.Roles)
        {
            var left = role.Expires - now;
            text.Append($"  {role.Role.PadRight(width)}  v{role.Version,-4} {(left > TimeSpan.Zero ? $"expires in {StatusReading.Span(left)}" : "EXPIRED"),-20} {role.Threshold} of {role.Keys.Count} {(role.Online ? "online " : "")}keys: ")
                .AppendJoin(", ", role.Keys.Select(k => k.KeyId[..8])).Append(role.Targets > 0 ? $"; {role.Targets} targets\n" : "\n");
        }
        text.Append(ChangeReportText.Waiting(report.Waiting));
        foreach (var warning in report.Warnings)
        {
            text.Append($"WARNING: {warning}\n");
        }
        return text.ToString();
    }

    /// <summary>For node_exporter's textfile collector.</summary>
    internal static string Prometheus(StatusReport report)
    {
        var text = new StringBuilder();
        Metric("expires_timestamp_seconds", "When a role of the repository expires.", report.Roles.Select(r => (r.Role, (double)r.Expires.ToUnixTimeSeconds())));
        Metric("version", "Published version of a role.", report.Roles.Select(r => (r.Role, (double)r.Version)));
        Metric("due", "1 when a role expires within the days that were asked for.", report.Roles.Select(r => (r.Role, r.Due ? 1.0 : 0)));
        Metric("targets", "Targets that a role lists.", report.Roles.Select(r => (r.Role, (double)r.Targets)));
        Metric("staged_missing_signatures", "Signatures that a staged role waits for.", report.Waiting.Select(w => (w.Role, (double)w.Requirements.Select(r => r.Missing).DefaultIfEmpty().Max())));
        text.Append("# HELP edgefleet_repository_warnings Things that somebody has to do; see edgefleet repo status.\n# TYPE edgefleet_repository_warnings gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"edgefleet_repository_warnings {report.Warnings.Count}\n");
        return text.ToString();

        void Metric(string name, string help, IEnumerable<(string Role, double Value)> values)
        {
            text.Append($"# HELP edgefleet_repository_role_{name} {help}\n# TYPE edgefleet_repository_role_{name} gauge\n");
            foreach (var (role, value) in values)
            {
                text.Append(CultureInfo.InvariantCulture, $"edgefleet_repository_role_{name}{{role=\"{Escape(role)}\"}} {value:0}\n");
            }
        }
    }

    private static string Escape(string label) => label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
