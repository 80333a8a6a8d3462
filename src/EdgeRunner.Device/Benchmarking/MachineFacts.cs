using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>The machine a number was measured on; a number without it says little. Each null where the kernel does not tell.</summary>
/// <param name="Cpu">Model of the processor, or of the board where the processor has no name.</param>
/// <param name="Cores">Processors this process may use.</param>
/// <param name="Architecture">Such as <c>x64</c> or <c>arm64</c>.</param>
/// <param name="Governor">What sets the frequency of processor 0, such as <c>performance</c> or <c>ondemand</c>.</param>
/// <param name="Kernel">Release of Linux.</param>
/// <param name="MemoryBytes">Memory of the machine.</param>
/// <param name="LoadAverage">Threads that wanted to run over the last minute, when the measurement began.</param>
internal sealed record MachineFacts(string? Cpu, int Cores, string Architecture, string? Governor, string? Kernel, long? MemoryBytes, double? LoadAverage)
{
    /// <summary>Reads them.</summary>
    /// <param name="root">Where <c>/proc</c> and <c>/sys</c> are; for tests.</param>
    public static MachineFacts Read(string root = "/")
    {
        // x86 names the processor; a Raspberry Pi or Jetson names the board, in a file that ends with a zero.
        var cpu = Field(root, "proc/cpuinfo", "model name") ?? Line(root, "proc/device-tree/model") ?? Field(root, "proc/cpuinfo", "Model") ?? Field(root, "proc/cpuinfo", "Hardware");
        var memory = Field(root, "proc/meminfo", "MemTotal")?.Split(' ')[0];
        return new MachineFacts(
            cpu,
            Environment.ProcessorCount,
            RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            Line(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            Line(root, "proc/sys/kernel/osrelease"),
            long.TryParse(memory, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : null,
            double.TryParse(Line(root, "proc/loadavg")?.Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var load) ? load : null);
    }

    /// <summary>In one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cpu ?? "processor not known"}, {Cores} {(Cores == 1 ? "core" : "cores")}, {Architecture}, Linux {Kernel ?? "?"}, governor {Governor ?? "not known"}");

    private static string? Field(string root, string file, string name)
    {
        var line = Lines(root, file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length..].TrimStart().StartsWith(':'));
        var value = line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return value is { Length: > 0 } ? value : null;
    }

    private static string? Line(string root, string file) => Lines(root, file).FirstOrDefault()?.Trim('\0', ' ', '\t') is { Length: > 0 } line ? line : null;

    private static string[] Lines(string root, string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // "not known" is the answer
        }
    }
}
