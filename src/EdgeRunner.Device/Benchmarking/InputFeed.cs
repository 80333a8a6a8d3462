using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Writes the inputs of a model before each run: the entries of its arrays in turn, the state reset when they begin anew. Allocates nothing.</summary>
internal sealed class InputFeed
{
    private readonly ModelInstance _model;
    private readonly (ModelPort Port, TensorData Data, bool Repeats)[] _inputs;
    private readonly int _entries;
    private int _next;

    /// <summary>Fits <paramref name="values"/> to the inputs of <paramref name="model"/> and writes the first entry.</summary>
    public InputFeed(ModelInstance model, BenchInputs values)
    {
        _model = model;
        _entries = values.Description.Entries;
        _inputs = [.. model.Inputs.Select(port => (port, values.Arrays[port.Name], values.Arrays[port.Name].ElementCount == port.Tensor.ElementCount))];
        // What stays the same is written once; text, which would allocate, always stays the same.
        foreach (var (port, data, _) in _inputs.Where(input => input.Repeats))
        {
            if (data.IsString) port.Tensor.SetStrings([.. data.Strings]);
            else data.Bytes.Span.CopyTo(port.Tensor.Bytes);
        }
    }

    /// <summary>Writes the next entry.</summary>
    public void Next()
    {
        if (_entries == 1) return;
        if (_next == _entries)
        {
            _next = 0;
            _model.ResetState();
        }

        foreach (var (port, data, repeats) in _inputs)
        {
            if (repeats) continue;
            var target = port.Tensor.Bytes;
            data.Bytes.Span.Slice(_next * target.Length, target.Length).CopyTo(target);
        }

        _next++;
    }
}
