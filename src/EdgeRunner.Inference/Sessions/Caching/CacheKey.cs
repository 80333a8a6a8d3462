using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions.Caching;

/// <summary>What an optimised model depends on. Two loads with the same key may share a file; whatever differs is in here.</summary>
/// <remarks>Threads, spinning and arenas are not: they do not change the graph.</remarks>
internal sealed class CacheKey
{
    /// <summary>Raised when the form of the file or the meaning of the key changes.</summary>
    private const string Format = "edgerunner optimised model 1";

    private CacheKey(string machine, string text)
    {
        Digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        FileName = $"{machine}-{Convert.ToHexStringLower(Digest)[..32]}{Extension}";
    }

    internal const string Extension = ".ort";

    /// <summary>SHA-256 of everything below: what a file must carry to be taken.</summary>
    internal byte[] Digest { get; }

    /// <summary><c>MACHINE-KEY.ort</c>: the first part is <see cref="MachineOf"/>, so that files of an ONNX Runtime that was replaced are told by name.</summary>
    internal string FileName { get; }

    /// <summary>What holds for all models here: library and processor, as 16 hex digits.</summary>
    internal static string MachineOf(OrtRuntime runtime, string cpu) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Machine(runtime, cpu))))[..16];

    /// <summary>The key of one load.</summary>
    /// <param name="runtime">The library.</param>
    /// <param name="cpu"><see cref="CpuIdentity"/>.</param>
    /// <param name="sourceDigest">Of the ONNX file and its external data.</param>
    /// <param name="settings">How it would be loaded.</param>
    internal static CacheKey Of(OrtRuntime runtime, string cpu, string sourceDigest, OrtSessionSettings settings)
    {
        var text = new StringBuilder(Machine(runtime, cpu)).Append('\n').Append(sourceDigest)
            .Append(CultureInfo.InvariantCulture, $"\nlevel {(int)settings.GraphOptimization}\ndeterministic {settings.Deterministic}\nproviders");
        foreach (var provider in settings.Providers)
        {
            text.Append(' ').Append(provider.Kind);
        }
        text.Append(" Cpu");
        foreach (var (dimension, size) in settings.DimensionOverrides.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\ndimension {size} {dimension}");
        }
        return new CacheKey(MachineOf(runtime, cpu), text.ToString());
    }

    private static string Machine(OrtRuntime runtime, string cpu) => $"{Format}\n{runtime.Version}\n{runtime.BuildInformation}\n{cpu}";
}
