namespace EdgeRunner.Device.Updates.States;

/// <summary>Content of <c>updates/pins.json</c>.</summary>
/// <param name="Format">Always 1.</param>
/// <param name="Pins">By name of the model.</param>
internal sealed record PinsFile(int Format, IReadOnlyList<Pin> Pins);
