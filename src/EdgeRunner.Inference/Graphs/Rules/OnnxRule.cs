using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>An <c>onnx</c> step against the signature of its file.</summary>
internal static class OnnxRule
{
    internal static void Check(OnnxStepSpec step, StepCheck check)
    {
        var signature = check.Signature(step.File);
        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        CheckInputs(step, signature, symbols, check);
        CheckOutputs(step, signature, symbols, check);
    }

    private static void CheckInputs(OnnxStepSpec step, OnnxSignature signature, Dictionary<string, long> symbols, StepCheck check)
    {
        foreach (var missing in signature.Inputs.Where(port => !step.Inputs.ContainsKey(port.Name)))
        {
            check.Error(null, $"input \"{missing.Name}\" ({GraphTensor.Describe(missing.Type, missing.Shape)}) of {step.File} to be given", "nothing");
        }
        foreach (var (portName, tensorName) in step.Inputs)
        {
            if ((FindPort(signature.Inputs, portName) ?? FindPort(signature.OptionalInputs, portName)) is not { } port)
            {
                ReportUnknownPort(step, portName, "input", [.. signature.Inputs, .. signature.OptionalInputs], check);
                continue;
            }
            // Absent when the step that makes it was itself refused; that is in the errors already.
            if (CheckIsTensor(step, port, check) && check.Find(tensorName) is { } tensor && GraphChecker.IsTensor(tensor.Type))
            {
                CheckFit(port, tensor, $"{GraphTensor.Describe(port.Type, port.Shape)} for input \"{port.Name}\" of {step.File}", check);
                Bind(step, port, tensor, symbols, check);
            }
        }
    }

    private static void CheckOutputs(OnnxStepSpec step, OnnxSignature signature, Dictionary<string, long> symbols, StepCheck check)
    {
        foreach (var (portName, tensorName) in step.Outputs)
        {
            if (FindPort(signature.Outputs, portName) is not { } port)
            {
                ReportUnknownPort(step, portName, "output", signature.Outputs, check);
                continue;
            }
            if (!CheckIsTensor(step, port, check))
            {
                continue;
            }
            var declared = check.Declared(tensorName);
            if (declared is not null)
            {
                CheckFit(port, declared, $"{GraphTensor.Describe(port.Type, port.Shape)}, which output \"{port.Name}\" of {step.File} gives", check);
            }
            check.MakeOpen(declared ?? new GraphTensor(tensorName, GraphTensorKind.Made, port.Type, Resolve(port, symbols)));
        }
    }

    private static OnnxPort? FindPort(IReadOnlyList<OnnxPort> ports, string name) =>
        ports.FirstOrDefault(port => string.Equals(port.Name, name, StringComparison.Ordinal));

    private static void ReportUnknownPort(OnnxStepSpec step, string name, string role, IReadOnlyList<OnnxPort> ports, StepCheck check) =>
        check.Error(null, $"one of the {role}s of {step.File}: {string.Join(", ", ports.Select(port => $"\"{port.Name}\""))}",
            $"\"{name}\"{NearestName.Hint(name, ports.Select(port => port.Name))}");

    private static bool CheckIsTensor(OnnxStepSpec step, OnnxPort port, StepCheck check)
    {
        if (!GraphChecker.IsTensor(port.Type))
        {
            check.Error(null, $"\"{port.Name}\" of {step.File} to be a tensor", "a sequence, map, optional or a type this program does not hold");
            return false;
        }
        return true;
    }

    private static void CheckFit(OnnxPort port, GraphTensor tensor, string expected, StepCheck check)
    {
        if (port.Type != tensor.Type || !ShapesFit(port.Shape, tensor.Shape))
        {
            check.Error(tensor.Name, expected, tensor.ToString());
        }
    }

    private static bool ShapesFit(IReadOnlyList<long>? left, IReadOnlyList<long>? right) =>
        left is null || right is null || (left.Count == right.Count && left.Zip(right).All(pair => pair.First == pair.Second || pair.First < 0 || pair.Second < 0));

    /// <summary>A named dimension has one size in all inputs of a file. ONNX Runtime itself does not check this; kernels then fail deep inside.</summary>
    private static void Bind(OnnxStepSpec step, OnnxPort port, GraphTensor tensor, Dictionary<string, long> symbols, StepCheck check)
    {
        if (tensor.Shape is null || port.Symbols.Count != tensor.Shape.Count)
        {
            return;
        }
        for (var i = 0; i < port.Symbols.Count; i++)
        {
            if (port.Symbols[i] is { Length: > 0 } symbol && tensor.Shape[i] >= 0 && !symbols.TryAdd(symbol, tensor.Shape[i]) && symbols[symbol] != tensor.Shape[i])
            {
                check.Error(tensor.Name, $"dimension {i} of input \"{port.Name}\" to be {symbols[symbol]}, as \"{symbol}\" is in another input of {step.File}", $"{tensor}");
            }
        }
    }

    private static long[]? Resolve(OnnxPort port, Dictionary<string, long> symbols) => port.Shape is null
        ? null
        : [.. port.Shape.Select((dimension, i) =>
            dimension < 0 && i < port.Symbols.Count && port.Symbols[i] is { } symbol && symbols.TryGetValue(symbol, out var size) ? size : dimension)];
}
