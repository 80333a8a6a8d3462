namespace EdgeRunner.Device.Commands;

/// <summary>What <c>infer --json</c> prints.</summary>
/// <param name="Model">Name and version.</param>
/// <param name="Microseconds">Time of the run.</param>
/// <param name="Outputs">Every output and the file it was written to.</param>
internal sealed record InferOutput(string Model, double Microseconds, IReadOnlyList<InferredTensor> Outputs);
