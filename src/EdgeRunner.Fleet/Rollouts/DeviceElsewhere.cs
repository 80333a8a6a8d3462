namespace EdgeRunner.Fleet.Rollouts;

/// <summary>A device that no rollout reaches: nothing is rolled out to the group that it reports.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Online">Whether it has a connection.</param>
/// <param name="Group">The group that it reports.</param>
internal sealed record DeviceElsewhere(string Device, bool Online, string Group);
