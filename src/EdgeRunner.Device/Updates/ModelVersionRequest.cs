namespace EdgeRunner.Device.Updates;

/// <summary>Body of <c>POST /v1/models/NAME/rollback</c>, <c>pin</c> and <c>unpin</c>.</summary>
/// <param name="Version">An installed version; null for the one before, or the present one.</param>
internal sealed record ModelVersionRequest(string? Version = null);
