using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>Learns the shapes that ONNX files leave open from a pass over zeros: with every input's shape fixed they are the same in every
/// run. Where they do depend on the values, the first run that differs fails with ONNX Runtime's words for it. Runs nothing as long as
/// the files leave nothing open.</summary>
internal sealed class OpenShapeMeasurer(OrtRuntime runtime, CarriedTensors carried, IReadOnlyDictionary<string, OrtSession> sessions, int phase) : IOpenShapes, IDisposable
{
    private readonly PlanTensors _tensors = new(runtime, carried);
    private readonly List<StepSpec> _pending = [];

    public void Resolve(StepSpec step, IDictionary<string, GraphTensor> tensors)
    {
        if (step is not OnnxStepSpec onnx || onnx.Outputs.Values.All(name => tensors[name].IsFixed))
        {
            _pending.Add(step);
            return;
        }
        _pending.ForEach(before => RunFixed(before, tensors));
        _pending.Clear();
        RunOpen(onnx, tensors);
    }

    public void Dispose() => _tensors.Dispose();

    private void RunFixed(StepSpec step, IDictionary<string, GraphTensor> tensors)
    {
        AddTensors(step.Reads.Concat(step.Makes), tensors);
        using var plan = new PlanBuilder(_tensors, sessions, phase);
        plan.Compile(step, graphIndex: 0);
        foreach (var node in plan.Nodes)
        {
            node.Step.Run(options: null);
        }
    }

    private void RunOpen(OnnxStepSpec step, IDictionary<string, GraphTensor> tensors)
    {
        AddTensors(step.Reads.Concat(step.Makes.Where(name => tensors[name].IsFixed)), tensors);
        var outputs = step.Outputs.Select(output => new OrtBinding(output.Key, _tensors.Contains(output.Value) ? _tensors.Get(output.Value, phase) : null)).ToArray();
        using var run = sessions[step.File].Prepare([.. step.Inputs.Select(input => new OrtBinding(input.Key, _tensors.Get(input.Value, phase)))], outputs);
        run.Run();
        foreach (var (name, index) in step.Outputs.Values.Select((name, index) => (name, index)).Where(output => outputs[output.index].Tensor is null))
        {
            var measured = run.TakeOutput(index);
            _tensors.Own(name, measured);
            tensors[name] = tensors[name] with { Type = measured.ElementType, Shape = measured.Shape.ToArray() };
        }
    }

    private void AddTensors(IEnumerable<string> names, IDictionary<string, GraphTensor> tensors)
    {
        foreach (var name in names)
        {
            _tensors.Add(tensors[name]);
        }
    }
}
