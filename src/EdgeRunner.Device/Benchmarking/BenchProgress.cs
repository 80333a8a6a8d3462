namespace EdgeRunner.Device.Benchmarking;

/// <summary>One line on a terminal that is written over again and again.</summary>
internal sealed class BenchProgress(bool isShown, TextWriter terminal)
{
    /// <summary>Shows what is being done.</summary>
    public void Show(string what)
    {
        if (isShown) terminal.Write($"\r\e[K{what}…");
    }

    /// <summary>Leaves an empty line.</summary>
    public void Clear()
    {
        if (isShown) terminal.Write("\r\e[K");
    }
}
