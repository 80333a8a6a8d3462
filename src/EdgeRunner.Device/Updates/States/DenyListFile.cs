namespace EdgeRunner.Device.Updates.States;

/// <summary>Content of <c>updates/deny.json</c>.</summary>
/// <param name="Format">Always 1.</param>
/// <param name="Denied">Oldest first.</param>
internal sealed record DenyListFile(int Format, IReadOnlyList<DeniedRelease> Denied);
