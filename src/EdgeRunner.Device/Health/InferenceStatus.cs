namespace EdgeRunner.Device.Health;

/// <summary>The inference engine as <c>status</c> shows it.</summary>
/// <param name="Version">Version of ONNX Runtime.</param>
/// <param name="LibraryPath">The library that was loaded.</param>
/// <param name="Providers">Execution providers it was built with.</param>
internal sealed record InferenceStatus(string Version, string LibraryPath, IReadOnlyList<string> Providers);
