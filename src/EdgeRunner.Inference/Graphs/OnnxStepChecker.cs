using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Compares an <c>onnx</c> step with the signature of its file.</summary>
internal static class OnnxStepChecker
{
    /// <summary>Adds what does not fit to <paramref name="errors"/>, and what the step makes to <paramref name="tensors"/>.</summary>
    internal static void Check(OnnxStepSpec step, OnnxSignature signature, Dictionary<string, GraphTensor> tensors, List<GraphError> errors)
    {
        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        CheckInputs(step, signature, tensors, symbols, errors);
        CheckOutputs(step, signature, tensors, symbols, errors);
    }

    private static void CheckInputs(
        OnnxStepSpec step, OnnxSignature signature, Dictionary<string, GraphTensor> tensors, Dictionary<string, long> symbols, List<GraphError> errors)
    {
        foreach (var missing in signature.Inputs.Where(port => !step.Inputs.ContainsKey(port.Name)))
        {
            errors.Add(new GraphError(step.Name, null, $"input \"{missing.Name}\" ({GraphTensor.Describe(missing.Type, missing.Shape)}) of {step.File} to be given", "nothing"));
        }
        foreach (var (portName, tensorName) in step.Inputs)
        {
            if ((FindPort(signature.Inputs, portName) ?? FindPort(signature.OptionalInputs, portName)) is not { } port)
            {
                errors.Add(UnknownPort(step, portName, "input", [.. signature.Inputs, .. signature.OptionalInputs]));
                continue;
            }
            // Absent when the step that makes it was itself refused; that is in the errors already.
            if (CheckIsTensor(step, port, errors) && tensors.TryGetValue(tensorName, out var tensor) && GraphChecker.IsTensor(tensor.Type))
            {
                CheckFit(step, port, tensor, $"{GraphTensor.Describe(port.Type, port.Shape)} for input \"{port.Name}\" of {step.File}", errors);
                Bind(step, port, tensor, symbols, errors);
            }
        }
    }

    private static void CheckOutputs(
        OnnxStepSpec step, OnnxSignature signature, Dictionary<string, GraphTensor> tensors, Dictionary<string, long> symbols, List<GraphError> errors)
    {
        foreach (var (portName, tensorName) in step.Outputs)
        {
            if (FindPort(signature.Outputs, portName) is not { } port)
            {
                errors.Add(UnknownPort(step, portName, "output", signature.Outputs));
                continue;
            }
            if (!CheckIsTensor(step, port, errors))
            {
                continue;
            }
            if (tensors.TryGetValue(tensorName, out var declared))
            {
                CheckFit(step, port, declared, $"{GraphTensor.Describe(port.Type, port.Shape)}, which output \"{port.Name}\" of {step.File} gives", errors);
                tensors[tensorName] = declared with { Step = step.Name };
            }
            else
            {
                tensors.Add(tensorName, new GraphTensor(tensorName, GraphTensorKind.Made, port.Type, Resolve(port, symbols), step.Name));
            }
        }
    }

    private static OnnxPort? FindPort(IReadOnlyList<OnnxPort> ports, string name) =>
        ports.FirstOrDefault(port => string.Equals(port.Name, name, StringComparison.Ordinal));

    private static GraphError UnknownPort(OnnxStepSpec step, string name, string role, IReadOnlyList<OnnxPort> ports) =>
        new(step.Name, null, $"one of the {role}s of {step.File}: {string.Join(", ", ports.Select(port => $"\"{port.Name}\""))}",
            $"\"{name}\"{NearestName.Hint(name, ports.Select(port => port.Name))}");

    private static bool CheckIsTensor(OnnxStepSpec step, OnnxPort port, List<GraphError> errors)
    {
        if (!GraphChecker.IsTensor(port.Type))
        {
            errors.Add(new GraphError(step.Name, null, $"\"{port.Name}\" of {step.File} to be a tensor", "a sequence, map, optional or a type this program does not hold"));
            return false;
        }
        return true;
    }

    private static void CheckFit(OnnxStepSpec step, OnnxPort port, GraphTensor tensor, string expected, List<GraphError> errors)
    {
        if (port.Type != tensor.Type || !ShapesFit(port.Shape, tensor.Shape))
        {
            errors.Add(new GraphError(step.Name, tensor.Name, expected, tensor.ToString()));
        }
    }

    private static bool ShapesFit(IReadOnlyList<long>? left, IReadOnlyList<long>? right) =>
        left is null || right is null || (left.Count == right.Count && left.Zip(right).All(pair => pair.First == pair.Second || pair.First < 0 || pair.Second < 0));

    /// <summary>A named dimension has one size in all inputs of a file. ONNX Runtime itself does not check this; kernels then fail deep inside.</summary>
    private static void Bind(OnnxStepSpec step, OnnxPort port, GraphTensor tensor, Dictionary<string, long> symbols, List<GraphError> errors)
    {
        if (tensor.Shape is null || port.Symbols.Count != tensor.Shape.Count)
        {
            return;
        }
        for (var i = 0; i < port.Symbols.Count; i++)
        {
            if (port.Symbols[i] is { Length: > 0 } symbol && tensor.Shape[i] >= 0 && !symbols.TryAdd(symbol, tensor.Shape[i]) && symbols[symbol] != tensor.Shape[i])
            {
                errors.Add(new GraphError(step.Name, tensor.Name, $"dimension {i} of input \"{port.Name}\" to be {symbols[symbol]}, as \"{symbol}\" is in another input of {step.File}", $"{tensor}"));
            }
        }
    }

    private static long[]? Resolve(OnnxPort port, Dictionary<string, long> symbols) => port.Shape is null
        ? null
        : [.. port.Shape.Select((dimension, i) =>
            dimension < 0 && i < port.Symbols.Count && port.Symbols[i] is { } symbol && symbols.TryGetValue(symbol, out var size) ? size : dimension)];
}
