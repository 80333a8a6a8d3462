using System.Text.Json;

namespace EdgeRunner.Trust.Repository;

/// <summary><c>repository.json</c>: what the writer needs to know and clients need not. It grants no rights: those are in root and
/// targets.</summary>
/// <param name="Format">Always 1.</param>
/// <param name="OnlineKeys">Directory of the online keys, absolute or relative to the repository; it is not in the repository.</param>
/// <param name="OnlineRoles">Delegated roles that are signed with online keys, as snapshot and timestamp are.</param>
/// <param name="LifetimeDays">Role to the days from signing to expiry; <c>*</c> stands for all others.</param>
public sealed record RepositorySettings(int Format, string OnlineKeys, IReadOnlyList<string> OnlineRoles, IReadOnlyDictionary<string, int> LifetimeDays)
{
    internal const int CurrentFormat = 1;

    private const string Others = "*";
    private const int MaxDays = 3650;
    private const int DefaultDays = 180;

    /// <summary>Root and targets a year, teams half a year, what is signed online a week and the timestamp a day.</summary>
    public static IReadOnlyDictionary<string, int> DefaultLifetimeDays { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["root"] = 365,
        ["targets"] = 365,
        ["snapshot"] = 7,
        ["timestamp"] = 1,
        ["rollout"] = 7,
        [Others] = DefaultDays,
    };

    /// <summary>How long a role is fresh after it was signed.</summary>
    public TimeSpan Lifetime(string role) =>
        TimeSpan.FromDays(LifetimeDays.TryGetValue(role, out var days) || LifetimeDays.TryGetValue(Others, out days) ? days : DefaultDays);

    /// <exception cref="RepositoryException">The file is missing or says something that cannot be.</exception>
    internal static RepositorySettings Read(RepositoryLayout layout)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(layout.SettingsFile);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RepositoryException(RepositoryFailure.NotARepository, role: null, layout.DirectoryPath, "there is no repository here: repository.json is missing",
                "Name the right directory with --repo, or make one with `edgefleet repo init`", e);
        }
        try
        {
            var settings = JsonSerializer.Deserialize(bytes, RepositoryJsonContext.Default.RepositorySettings) ?? throw new JsonException("it is null");
            settings.Check();
            return settings;
        }
        catch (JsonException e)
        {
            throw new RepositoryException(RepositoryFailure.Damaged, role: null, layout.SettingsFile, $"the settings cannot be read: {e.Message}",
                "Correct the file, or restore it from a backup", e);
        }
    }

    internal byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, RepositoryJsonContext.Default.RepositorySettings), (byte)'\n'];

    /// <exception cref="JsonException">A value is out of range.</exception>
    internal void Check()
    {
        if (Format != CurrentFormat)
        {
            throw new JsonException($"format is {Format}, and this program knows {CurrentFormat}");
        }
        if (string.IsNullOrEmpty(OnlineKeys) || OnlineRoles is null || LifetimeDays is null)
        {
            throw new JsonException("onlineKeys, onlineRoles and lifetimeDays must be there");
        }
        foreach (var (role, days) in LifetimeDays)
        {
            if (days is < 1 or > MaxDays)
            {
                throw new JsonException($"lifetimeDays.{role} is {days}, and must be 1 to {MaxDays}");
            }
        }
    }
}
