namespace EdgeRunner.Fleet.Rollouts;

/// <summary>A device of which nothing is known but that it is there.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Online">Whether it has a connection.</param>
/// <param name="Problem">Why nothing is known.</param>
internal sealed record UnreportedDevice(string Device, bool Online, string Problem);
