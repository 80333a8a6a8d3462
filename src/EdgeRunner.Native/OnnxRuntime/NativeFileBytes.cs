using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>The content of a file in native memory, for bytes that only pass through on their way to ONNX Runtime: a managed array of that size would
/// stay until the next full collection. Not thread-safe.</summary>
public sealed unsafe class NativeFileBytes : IDisposable
{
    private void* _memory;
    private readonly int _length;

    private NativeFileBytes(void* memory, int length)
    {
        _memory = memory;
        _length = length;
    }

    /// <summary>The bytes; not to be used after <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">Disposed.</exception>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return new ReadOnlySpan<byte>(_memory, _length);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="IOException">It cannot be read, or has more than 2 GiB.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static NativeFileBytes Read(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
        {
            throw new IOException($"{path} has {length} bytes; at most {Array.MaxLength} can be loaded");
        }
        var memory = NativeMemory.Alloc((nuint)Math.Max(length, 1));
        var bytes = new NativeFileBytes(memory, (int)length);
        try
        {
            for (var at = 0; at < length;)
            {
                var count = RandomAccess.Read(file, new Span<byte>((byte*)memory + at, (int)length - at), at);
                at += count > 0 ? count : throw new IOException($"{path} became shorter while it was read");
            }
            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
