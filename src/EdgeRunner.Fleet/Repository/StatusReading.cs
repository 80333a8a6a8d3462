using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Reads what <c>repo status</c> says.</summary>
internal static class StatusReading
{
    /// <param name="content">The repository.</param>
    /// <param name="onlineKeys">Where the online keys are when not where the settings say.</param>
    /// <param name="days">A role is due when it expires within so many days; one that lives shorter than twice that, when half of its life is over.</param>
    /// <param name="now">The time.</param>
    internal static StatusReport Read(RepositoryContent content, string? onlineKeys, double days, DateTimeOffset now)
    {
        var directory = onlineKeys ?? Path.GetFullPath(content.Settings.OnlineKeys, content.Layout.DirectoryPath);
        var warnings = new List<string>();
        var roles = new List<RoleStatusReport>();
        foreach (var role in RoleStatus.Of(content))
        {
            var left = role.Expires - now;
            var margin = Math.Min(days, content.Settings.Lifetime(role.Role).TotalDays / 2);
            var due = left.TotalDays < margin;
            roles.Add(new RoleStatusReport(role.Role, role.Version, role.Expires, Math.Round(left.TotalDays, 2), due, role.Online, role.Threshold, role.Keys, role.Targets));
            if (due)
            {
                warnings.Add($"{role.Role} v{role.Version} {(left > TimeSpan.Zero ? $"expires in {Span(left)}" : $"expired {Span(-left)} ago")}: {(role.Online ? "does `edgefleet repo refresh` run every hour?" : "renew it with `edgefleet repo renew " + role.Role + "`")}");
            }
        }
        if (!content.IsPublished)
        {
            warnings.Add("the repository is not published yet, devices cannot use it: sign with `edgefleet repo sign`");
        }
        warnings.AddRange(RolloutObstacle.All(content).Select(o => $"{o}: set another with `edgefleet rollout set`"));
        warnings.AddRange(KeyWarnings(content, directory));
        return new StatusReport(content.Layout.DirectoryPath, directory, content.IsPublished, roles, TufRepository.Waiting(content), warnings);
    }

    internal static string Span(TimeSpan span) => span.TotalDays >= 2 ? $"{span.TotalDays:0} days" : span.TotalHours >= 2 ? $"{span.TotalHours:0} hours" : span.TotalMinutes >= 2 ? $"{span.TotalMinutes:0} minutes" : $"{span.TotalSeconds:0} s";

    private static IEnumerable<string> OpenKeys(string directory)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return OperatingSystem.IsWindows() || !Directory.Exists(directory) ? [] : Directory.EnumerateFiles(directory, "*.pem").Order(StringComparer.Ordinal).Where(IsOpen);

        static bool IsOpen(string file) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None;
    }

    private static List<string> KeyWarnings(RepositoryContent content, string directory)
    {
        var warnings = new List<string>();
        try
        {
            warnings.AddRange(OpenKeys(directory).Select(f => $"others than its owner may read or change the online key {f}: `chmod 600 {f}`, and if somebody may have copied it: `edgefleet repo recover --role ROLE`"));
            using var online = OnlineKeys.Read(directory);
            foreach (var role in RoleStatus.Of(content).Where(r => r.Online && r.Keys.Count(k => online.Has(k.KeyId)) < r.Threshold))
            {
                warnings.Add($"the online key of {role.Role} is not in {directory}: it cannot be refreshed. If it is lost or stolen: `edgefleet repo recover --role {role.Role}`");
            }
        }
        catch (Exception e) when (e is KeyException or IOException or UnauthorizedAccessException)
        {
            warnings.Add(e.Message);
        }
        return warnings;
    }
}
