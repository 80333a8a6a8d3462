namespace EdgeRunner.Fleet.Devices;

/// <summary>What a command did to a device, as its JSON has it.</summary>
/// <param name="Done">One line for each thing that was done.</param>
/// <param name="Advice">What the person should know or do next.</param>
/// <param name="Device">The device as it is now; null when it was removed.</param>
internal sealed record DeviceChange(IReadOnlyList<string> Done, IReadOnlyList<string> Advice, EnrolledDevice? Device);
