using System.Runtime.InteropServices;

namespace EdgeRunner.Inference.Sessions.Caching;

/// <summary>Which processor this is, as a text that is the same at each start and differs where ONNX Runtime may choose other kernels or layouts.</summary>
/// <remarks>From <c>/proc/cpuinfo</c>, not from <c>System.Runtime.Intrinsics</c>: those say what .NET's compiler uses (in a native binary, what it was
/// built for), ONNX Runtime asks the processor. Cores may differ (big.LITTLE): the text has each kind once. Where the file cannot be read, the
/// architecture stands alone.</remarks>
internal static class CpuIdentity
{
    /// <summary>Lines that do not change with clock or load. x86 has the first five, arm64 the others.</summary>
    private static readonly string[] Fields =
        ["vendor_id", "cpu family", "model", "stepping", "flags", "Features", "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision"];

    internal static string Read(string path = "/proc/cpuinfo")
    {
        var architecture = RuntimeInformation.ProcessArchitecture.ToString();
        try
        {
            return $"{architecture}\n{Describe(File.ReadAllText(path))}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return architecture;
        }
    }

    /// <summary>One line for each kind of core, in the order of the file.</summary>
    internal static string Describe(string cpuInfo)
    {
        var cores = cpuInfo.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(core => string.Join("; ", core.Split('\n').Select(Field).Where(field => field.Length > 0)));
        return string.Join('\n', cores.Where(core => core.Length > 0).Distinct(StringComparer.Ordinal));
    }

    private static string Field(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : line[..colon].Trim();
        return Fields.Contains(name, StringComparer.Ordinal) ? $"{name}={line[(colon + 1)..].Trim()}" : "";
    }
}
