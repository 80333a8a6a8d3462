namespace EdgeRunner.Native.Linux;

/// <summary>Gives back memory that was needed once: what the C library keeps of freed blocks, and the pages of programs and libraries that only
/// their start has touched (of ONNX Runtime most of 20 MB: schemas, optimisers, kernels of other models).</summary>
/// <remarks>
/// A page of a file that is dropped from the process stays in the page cache: the next access to it is a minor fault of about a microsecond, which
/// brings in 16 pages at once. So code that is in use is back after the next window, and the rest is not. MADV_PAGEOUT would drop it from the page
/// cache too, and the next start would read it from the SD card.
/// </remarks>
public static class MemoryTrim
{
    private const string Mappings = "/proc/self/smaps";

    /// <summary>Trims. Takes some milliseconds, in which other threads may wait for memory: for after a load, not for a hot path.</summary>
    /// <param name="program">Path of the running program, as the kernel knows it; null for none.</param>
    /// <param name="inLibrary">An address in a library that is completely loaded; 0 for none. Not in one that another thread may be loading: the
    /// loader maps a whole file first and relocates parts of it afterwards, which must not be dropped between the two.</param>
    /// <returns>Bytes of files that are no longer mapped to memory; 0 where the kernel or a sandbox does not let us, or all memory is locked.</returns>
    public static long Run(string? program, nint inLibrary)
    {
        ProcessHeap.Trim();
        try
        {
            return Drop(FileMapping.Parse(File.ReadAllBytes(Mappings)), program, (ulong)inLibrary);
        }
        catch (IOException)
        {
            return 0; // A sandbox without /proc: nothing is lost but memory.
        }
        catch (UnauthorizedAccessException)
        {
            return 0; // The same.
        }
    }

    private static long Drop(List<FileMapping> mappings, string? program, ulong inLibrary)
    {
        var library = mappings.Where(mapping => inLibrary >= mapping.Start && inLibrary - mapping.Start < mapping.SizeBytes).Select(mapping => mapping.Path).FirstOrDefault();
        long dropped = 0;
        foreach (var mapping in mappings)
        {
            if (!mapping.IsCleanAndReadOnly || mapping.ResidentBytes == 0 || !(Same(mapping.Path, program) || Same(mapping.Path, library))) continue;
            // Fails for locked memory, which its owner wants to stay.
            if (LibC.MAdvise((nint)mapping.Start, (nuint)mapping.SizeBytes, LibC.MADV_DONTNEED) == 0) dropped += mapping.ResidentBytes;
        }

        return dropped;
    }

    private static bool Same(string path, string? other) => string.Equals(path, other, StringComparison.Ordinal);
}
