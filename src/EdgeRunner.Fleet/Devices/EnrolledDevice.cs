using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Fleet.Devices;

/// <summary>A device that models can be encrypted for: a file <c>devices/ID.json</c> of the repository, which nobody publishes.</summary>
/// <param name="Format">Always 1.</param>
/// <param name="Id">Its name, as in its configuration.</param>
/// <param name="Groups">Groups that it belongs to.</param>
/// <param name="Keys">Its keys; more than one while one is replaced.</param>
internal sealed record EnrolledDevice(int Format, string Id, IReadOnlyList<string> Groups, IReadOnlyList<EnrolledKey> Keys)
{
    internal const int CurrentFormat = 1;

    internal IEnumerable<DevicePublicKey> PublicKeys => Keys.Select(k => DevicePublicKey.Parse(k.PublicKey));
}
