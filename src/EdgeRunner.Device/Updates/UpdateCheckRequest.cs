namespace EdgeRunner.Device.Updates;

/// <summary>Body of <c>POST /v1/updates/check</c>.</summary>
/// <param name="Directory">A repository in a directory, such as a USB stick; null for the roads of the configuration.</param>
/// <param name="Retry">Also tries releases again that were refused here.</param>
/// <param name="DryRun">Only tells what would be done.</param>
internal sealed record UpdateCheckRequest(string? Directory = null, bool Retry = false, bool DryRun = false);
