namespace EdgeRunner.Device.Benchmarking;

/// <summary>Where the plot goes. Tried before the measurement, as a place that cannot be written must not be found out after minutes; written after it,
/// so that one that is broken off leaves what was there, and nothing new.</summary>
internal static class PlotFile
{
    /// <summary>Opens the file for writing and leaves it as it was.</summary>
    /// <exception cref="BenchInputException">It is no name of a file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write it.</exception>
    public static void Check(string path)
    {
        if (path.Length == 0 || Directory.Exists(path)) throw new BenchInputException($"--plot \"{path}\" is {(path.Length == 0 ? "empty" : "a directory")}; expected the name of a file, such as bench.svg");
        var isNew = !File.Exists(path);
        new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        if (isNew) File.Delete(path);
    }
}
