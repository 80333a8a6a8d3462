namespace EdgeRunner.Inference.Bundles;

/// <summary>A case with a known answer: <c>|actual - expected| ≤ atol + rtol · |expected|</c> for every element.</summary>
/// <param name="Name">Name of the case in messages.</param>
/// <param name="Inputs">Model input → <c>.npy</c> file; every input of the model.</param>
/// <param name="Outputs">Model output → <c>.npy</c> file with the expected value; at least one.</param>
/// <param name="Sequence">The arrays have one more leading dimension: one run for each entry, the state carried from its initial value.</param>
/// <param name="Rtol">Relative tolerance; the default is the one of the ONNX backend tests.</param>
/// <param name="Atol">Absolute tolerance; the default is the one of the ONNX backend tests.</param>
public sealed record GoldenSpec(
    string Name,
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, string> Outputs,
    bool Sequence = false,
    double Rtol = 1e-3,
    double Atol = 1e-7);
