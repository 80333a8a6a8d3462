using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Commands;

/// <summary>What <c>model install --json</c> prints.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Path">The bundle in the store.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="Active">Whether it is the version in use.</param>
/// <param name="Activation">What became of the activation; null with <c>--no-activate</c>.</param>
internal sealed record ModelInstallOutput(string Name, string Version, string Path, long SizeBytes, bool Active, ActivationOutput? Activation);
