using System.Globalization;
using System.Text;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary><c>/metrics</c> in the Prometheus text format, version 0.0.4.</summary>
internal sealed class MetricsPage(DepotCounters counters, DepotHealth health, HttpTraffic traffic, RoleExpiries expiries)
{
    /// <summary>Of the answer.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The page now.</summary>
    public string Write()
    {
        var page = new StringBuilder();
        var figures = counters.Snapshot();
        WriteRequests(page, figures);
        Counter(page, "sent_bytes_total", "Payload bytes sent over the broker, to one device or to all that want them.", "to", [("one", figures.OwnBytes), ("all", figures.SharedBytes)]);
        Counter(page, "sent_chunks_total", "Chunks sent over the broker.", "to", [("one", figures.OwnChunks), ("all", figures.SharedChunks)]);
        Counter(page, "saved_bytes_total", "Bytes that devices asked for and that were on their way to all already.", figures.SavedBytes);
        Counter(page, "timestamps_published_total", "Timestamps published on the broker.", figures.TimestampsPublished);
        Counter(page, "refreshes_total", "Times that the timestamp was signed anew here, or could not be.", "result", [("done", figures.Refreshes), ("failed", figures.RefreshFailures)]);
        Counter(page, "http_responses_total", "Answers over HTTP.", "class", [.. traffic.ByStatus.Select((count, index) => ($"{index}xx", count)).Skip(2)]);
        Counter(page, "http_sent_bytes_total", "Bytes of the bodies of answers over HTTP.", figures.HttpBytes);
        Gauge(page, "edgefleet_depot_http_requests_active", "HTTP requests that are answered now.", null, [("", traffic.Active)]);
        Gauge(page, "edgefleet_depot_devices_active", "Devices with answers on the way over the broker.", null, [("", figures.Devices)]);
        Gauge(page, "edgefleet_depot_queued_bytes", "Bytes that wait for the broker's socket.", null, [("", figures.QueuedBytes)]);
        Gauge(page, "edgefleet_depot_healthy", "1 when a check of /healthz is well.", "check", [.. health.Snapshot().Select(check => (check.Name, check.Healthy ? 1L : 0L))]);
        var roles = expiries.Read();
        // The same names as `edgefleet repo status --prometheus` gives.
        Gauge(page, "edgefleet_repository_role_expires_timestamp_seconds", "When a role of the repository expires.", "role", [.. roles.Select(role => (role.Role, role.Expires.ToUnixTimeSeconds()))]);
        Gauge(page, "edgefleet_repository_role_version", "Published version of a role.", "role", [.. roles.Select(role => (role.Role, role.Version))]);
        return page.ToString();
    }

    private static void WriteRequests(StringBuilder page, DepotFigures figures)
    {
        Counter(page, "requests_total", "Requests over the broker, by what was asked for.", "kind",
            [("metadata", figures.MetadataRequests), ("target", figures.TargetRequests), ("chunk", figures.ChunkRequests), ("malformed", figures.Malformed)]);
        Counter(page, "refusals_total", "Requests over the broker that got no file, by answer.", "answer",
            [("not-found", figures.NotFound), ("busy", figures.Busy), ("error", figures.Errors), ("none", figures.Dropped)]);
    }

    private static void Counter(StringBuilder page, string name, string help, long value) => Counter(page, name, help, null, [("", value)]);

    private static void Counter(StringBuilder page, string name, string help, string? label, (string Label, long Value)[] values) => Write(page, "counter", $"edgefleet_depot_{name}", help, label, values);

    private static void Gauge(StringBuilder page, string name, string help, string? label, (string Label, long Value)[] values) => Write(page, "gauge", name, help, label, values);

    private static void Write(StringBuilder page, string type, string name, string help, string? label, (string Label, long Value)[] values)
    {
        page.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (text, value) in values)
        {
            page.Append(name);
            if (label is not null) page.Append($"{{{label}=\"{Escape(text)}\"}}");
            page.Append(CultureInfo.InvariantCulture, $" {value}\n");
        }
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
