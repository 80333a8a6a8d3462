namespace EdgeRunner.Native.Linux;

/// <summary>The heap of the C library, which ONNX Runtime takes its memory from.</summary>
public static class NativeHeap
{
    /// <summary>Gives free pages back to the system. Walks every arena of the heap and locks one after the other: milliseconds when much is free, so
    /// never on a hot path.</summary>
    /// <returns>True when pages were given back; false when there were none, or the C library (musl) has no such call.</returns>
    public static bool Trim()
    {
        try
        {
            return LibC.MallocTrim(0) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }
}
