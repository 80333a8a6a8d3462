using System.Globalization;
using System.Reflection;

namespace EdgeRunner.Device.Updates.Repository;

/// <summary>When this program was made: a clock that is before it is wrong.</summary>
internal static class BuildDate
{
    private const string Key = "BuildDate";

    /// <summary>The date of the commit, or <c>SOURCE_DATE_EPOCH</c> of the build; UTC. Never later than the real one, so it refuses no right clock.</summary>
    public static DateTimeOffset Value { get; } = Read(typeof(BuildDate).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>());

    /// <returns>1970 when there is no date: then there is no lower bound but the stored one.</returns>
    internal static DateTimeOffset Read(IEnumerable<AssemblyMetadataAttribute> metadata)
    {
        var text = metadata.FirstOrDefault(entry => string.Equals(entry.Key, Key, StringComparison.Ordinal))?.Value;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;
    }
}
