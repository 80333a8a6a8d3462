namespace EdgeRunner.Device.Benchmarking;

/// <summary>Where the plot goes. Opened before the measurement, as a place that cannot be written must not be found out after minutes; what was there
/// stays until there is something new.</summary>
internal sealed class PlotFile : IDisposable
{
    private readonly string _path;
    private readonly bool _wasThere;
    private readonly FileStream _file;
    private bool _isDone;

    /// <summary>Opens it.</summary>
    /// <exception cref="BenchInputException">It is no name of a file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write it.</exception>
    public PlotFile(string path)
    {
        if (path.Length == 0 || Directory.Exists(path)) throw new BenchInputException($"--plot \"{path}\" is {(path.Length == 0 ? "empty" : "a directory")}; expected the name of a file, such as bench.svg");
        (_path, _wasThere) = (path, File.Exists(path));
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
    }

    /// <summary>Writes the picture over what was there.</summary>
    public void Finish(string svg)
    {
        _file.SetLength(0);
        _file.Write(System.Text.Encoding.UTF8.GetBytes(svg));
        _isDone = true;
    }

    /// <summary>Closes the file; one that was made for nothing goes.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (!_isDone && !_wasThere) File.Delete(_path);
    }
}
