using EdgeRunner.Device.Decisions;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Copies of a pipeline's windows, with what its model made of them, for a thread that tries another model on them. Bounded: while that thread
/// is slow, windows are skipped and counted. Allocates only in the constructor.</summary>
/// <remarks>One writer, the pipeline's thread; one reader. A slot belongs to the writer until it is published and then to the reader until it is released.</remarks>
internal sealed class ShadowFeed
{
    /// <summary>All slots together take about so much.</summary>
    private const int Bytes = 4 << 20;

    private readonly ServingModel _model;
    private readonly Slot[] _slots;
    private long _written;
    private long _read;
    private long _skipped;
    private bool _isBroken = true;
    private bool _isFirst = true;
    private int _before = Decision.None;

    /// <param name="model">The model that serves.</param>
    public ShadowFeed(ServingModel model)
    {
        _model = model;
        // Of what the manifest says and not of the tensors: the pipeline may free them in this moment.
        var (input, output, scores) = (BytesOf(model.Input), BytesOf(model.Output), model.Scores is null ? 0 : BytesOf(model.Scores));
        // At least two, one to write and one to read; more than 64 only make the comparison late.
        _slots = new Slot[Math.Clamp(Bytes / Math.Max(1, input + output + scores), 2, 64)];
        for (var i = 0; i < _slots.Length; i++) _slots[i] = new Slot(new byte[input], new byte[output], new byte[scores]);
    }

    /// <summary>Windows that found no room. Any thread.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    /// <summary>One window that the model has decided. The pipeline's thread.</summary>
    public void Offer(ServingModel model, in Decision decision)
    {
        if (!ReferenceEquals(model, _model)) return; // Another version has come meanwhile.
        var before = _before;
        _before = decision.Label;
        if (_isFirst)
        {
            // Only tells where the decisions stand, for the next one.
            _isFirst = false;
            return;
        }

        if (_written - Volatile.Read(ref _read) == _slots.Length)
        {
            Volatile.Write(ref _skipped, _skipped + 1);
            _isBroken = true;
            return;
        }

        var slot = _slots[_written % _slots.Length];
        model.Input.Tensor.Bytes.CopyTo(slot.Input);
        model.Output.Tensor.Bytes.CopyTo(slot.Output);
        if (model.Scores is { } scores) scores.Tensor.Bytes.CopyTo(slot.Scores);
        (slot.Before, slot.Label) = (before, decision.Label);
        slot.AfterBreak = _isBroken;
        _isBroken = false;
        Volatile.Write(ref _written, _written + 1);
    }

    /// <summary>The windows after this one do not continue those before it: a gap of the input, or a window without a decision. The pipeline's thread.</summary>
    public void Break()
    {
        _isBroken = true;
        _before = Decision.None;
    }

    /// <summary>The oldest window that was not looked at; null when there is none. The reader.</summary>
    public Slot? Peek() => Volatile.Read(ref _written) > _read ? _slots[_read % _slots.Length] : null;

    /// <summary>Gives the slot of <see cref="Peek"/> back. The reader.</summary>
    public void Release() => Volatile.Write(ref _read, _read + 1);

    private static int BytesOf(ModelPort port) => (int)(ModelFit.CountElements(port.Spec) * port.Spec.Type.SizeBytes());

    /// <summary>One window.</summary>
    internal sealed class Slot(byte[] input, byte[] output, byte[] scores)
    {
        /// <summary>The model's input.</summary>
        public byte[] Input { get; } = input;

        /// <summary>The output that decides.</summary>
        public byte[] Output { get; } = output;

        /// <summary>The second output; empty when there is none.</summary>
        public byte[] Scores { get; } = scores;

        /// <summary>Index of the label of the window before, or <see cref="Decision.None"/>.</summary>
        public int Before { get; set; }

        /// <summary>Index of the label, or <see cref="Decision.None"/>.</summary>
        public int Label { get; set; }

        /// <summary>True when it does not continue the window before.</summary>
        public bool AfterBreak { get; set; }
    }
}
