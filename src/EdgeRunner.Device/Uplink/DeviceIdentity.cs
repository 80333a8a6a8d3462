namespace EdgeRunner.Device.Uplink;

/// <summary>Who this is, in every topic and payload.</summary>
/// <param name="Fleet">The fleet it belongs to.</param>
/// <param name="Id">The device's id: MQTT user name and certificate common name.</param>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="Version">Version of this program.</param>
internal sealed record DeviceIdentity(string Fleet, string Id, string BootId, string Version);
