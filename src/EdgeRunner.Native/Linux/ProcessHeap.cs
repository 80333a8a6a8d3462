using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>The C library's heap, in which ONNX Runtime keeps what it loads.</summary>
public static unsafe class ProcessHeap
{
    private static readonly nint MallocTrim =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out var function) ? function : 0;

    /// <summary>Gives free pages back to the system: after a model is loaded about 5 MB of scratch memory stay otherwise, as the heap
    /// only shrinks from its end. Takes some 0.1 ms for each MB that is free and holds the heap's locks meanwhile: after a load, not in
    /// a run. Does nothing where the C library is not glibc.</summary>
    /// <seealso href="https://man7.org/linux/man-pages/man3/malloc_trim.3.html"/>
    public static void Trim()
    {
        if (MallocTrim != 0)
        {
            _ = ((delegate* unmanaged[Cdecl]<nuint, int>)MallocTrim)(0);
        }
    }
}
