namespace EdgeRunner.Device.Probing;

/// <summary>Memory of the child, in bytes.</summary>
/// <param name="ModelPeakBytes">What the model cost at its peak: bundle, load and runs; the number to hold against <c>limits.memoryBytes</c> and, before a
/// swap, against <c>MemAvailable</c>.</param>
/// <param name="BaselineBytes">Resident without the model: the program and ONNX Runtime.</param>
/// <param name="PeakResidentBytes">Most the whole child ever had resident.</param>
/// <param name="PeakAddressSpaceBytes">Most it ever had mapped beyond what was mapped before the bundle was opened.</param>
internal sealed record ProbeMemory(long ModelPeakBytes, long BaselineBytes, long PeakResidentBytes, long PeakAddressSpaceBytes);
