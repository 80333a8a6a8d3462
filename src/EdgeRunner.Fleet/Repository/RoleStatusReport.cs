using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>A role in <c>repo status</c>. It is due when it expires within the days that were asked for.</summary>
internal sealed record RoleStatusReport(string Role, long Version, DateTimeOffset Expires, double DaysLeft, bool Due, bool Online, long Threshold, IReadOnlyList<KeyStatus> Keys, int Targets);
