using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Owns the arrays that <c>Run</c> takes, in one block of native memory, and a reference on the session and on every bound tensor.
/// One reference on this handle therefore keeps alive all that a run touches.</summary>
/// <remarks>Layout of the block, each array of pointers: <c>char* inputName[n] | OrtValue* input[n] | char* outputName[m] | OrtValue* output[m] |
/// the texts</c>. An output that ONNX Runtime allocates is null between runs, or a value this handle owns until it is taken.</remarks>
internal sealed unsafe class OrtBoundRunHandle : OrtHandle
{
    private readonly OrtApi* _api;
    private readonly OrtHandle?[] _held;
    private readonly int[] _dynamicOutputs;

    internal OrtBoundRunHandle(OrtSession session, IReadOnlyList<OrtBinding> inputs, IReadOnlyList<OrtBinding> outputs)
    {
        _api = session.Runtime.Api;
        _dynamicOutputs = [.. Enumerable.Range(0, outputs.Count).Where(i => outputs[i].Tensor is null)];
        _held = new OrtHandle?[1 + inputs.Count + outputs.Count];
        var names = inputs.Concat(outputs).Select(binding => NativeText.Utf8(binding.Name)).ToArray();
        var pointers = 2 * (inputs.Count + outputs.Count);
        var block = (nint*)NativeMemory.AllocZeroed((nuint)(pointers * sizeof(nint) + names.Sum(name => name.Length)));
        Own((nint)block);
        InputNames = (byte**)block;
        Inputs = block + inputs.Count;
        OutputNames = (byte**)(Inputs + inputs.Count);
        Outputs = (nint*)OutputNames + outputs.Count;
        try
        {
            Hold(0, session.Handle);
            var text = (byte*)(block + pointers);
            for (var i = 0; i < names.Length; i++)
            {
                var isInput = i < inputs.Count;
                var index = isInput ? i : i - inputs.Count;
                (isInput ? InputNames : OutputNames)[index] = text;
                names[i].CopyTo(new Span<byte>(text, names[i].Length));
                text += names[i].Length;
                if ((isInput ? inputs : outputs)[index].Tensor is { } tensor)
                {
                    (isInput ? Inputs : Outputs)[index] = Hold(1 + i, tensor.Handle);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal byte** InputNames { get; }

    internal nint* Inputs { get; }

    internal byte** OutputNames { get; }

    internal nint* Outputs { get; }

    /// <summary>Releases what the last run allocated and nobody took. ONNX Runtime would take such a value for a tensor to write into.</summary>
    internal void DropDynamicOutputs()
    {
        foreach (var i in _dynamicOutputs)
        {
            if (Outputs[i] != 0)
            {
                _api->ReleaseValue(Outputs[i]);
                Outputs[i] = 0;
            }
        }
    }

    internal bool IsDynamic(int output) => Array.IndexOf(_dynamicOutputs, output) >= 0;

    private protected override void Release(nint value)
    {
        DropDynamicOutputs();
        NativeMemory.Free((void*)value);
        foreach (var held in _held)
        {
            held?.DangerousRelease();
        }
    }

    private nint Hold(int slot, OrtHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        _held[slot] = handle;
        return handle.DangerousGetHandle();
    }
}
