namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Until when a published role holds.</summary>
/// <param name="Role">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Expires">When devices begin to refuse it.</param>
internal sealed record RoleExpiry(string Role, long Version, DateTimeOffset Expires);
