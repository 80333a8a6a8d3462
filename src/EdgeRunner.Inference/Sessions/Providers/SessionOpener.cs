using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions.Providers;

/// <summary>Opens the ONNX files of a bundle: with the best execution provider that works, and from the cache where that is the CPU.</summary>
/// <remarks>Providers are tried in order. One that the library does not have, or that fails to start, is passed over with a reason. Where the session
/// itself fails with a provider in it, ONNX Runtime does not say which one was at fault: the most preferred is dropped and the rest tried again,
/// down to the CPU alone, whose error is the model's own.</remarks>
internal sealed class SessionOpener(ModelRuntime runtime, ModelBundle bundle, ModelLoadOptions options)
{
    private const string Remedy = "put a build that has it (for a Jetson, the one for its JetPack) on the device and name it in inference.onnxRuntime";

    /// <summary>Opens one file.</summary>
    /// <exception cref="BundleException">The file is no ONNX model, its external data is missing, or no wanted provider is there and the CPU is not wanted.</exception>
    /// <exception cref="OrtException">ONNX Runtime refuses the model.</exception>
    internal OrtSession Open(string file)
    {
        var wanted = options.Providers ?? runtime.Options.Providers ?? bundle.Manifest.Hardware.Providers;
        var unused = new List<UnusedProvider>();
        var usable = FindUsable(wanted, unused);
        var facts = bundle.ReadFacts(file);
        var external = facts.ExternalFiles.ToDictionary(name => name, bundle.GetFile, StringComparer.Ordinal);
        while (usable.Count > 0)
        {
            try
            {
                var session = OpenWith(usable, file, external);
                Report(file, usable, unused);
                return session;
            }
            catch (OrtProviderException e)
            {
                Drop(usable, e.Provider, e.Detail, unused);
            }
            catch (OrtException e)
            {
                Drop(usable, usable[0], e.Detail, unused);
            }
        }
        if (!wanted.Contains(ProviderNames.Cpu, StringComparer.Ordinal))
        {
            throw new BundleException(BundleErrorReason.Hardware, bundle.Path, file,
                $"may run with {string.Join(" or ", wanted)} only, and that cannot be had: {string.Join("; ", unused.Select(provider => provider.Reason))}. \"cpu\" at the end of the list would allow the CPU");
        }
        var settings = Settings(file, external, []);
        var model = bundle.GetFile(file).Span;
        var opened = runtime.Cache is { } cache
            ? cache.Load(runtime.OnnxRuntime, model, SourceDigest(file, facts.ExternalFiles), facts.Nodes, settings)
            : OrtSession.Load(runtime.OnnxRuntime, model, settings);
        Report(file, [], unused);
        return opened;
    }

    /// <summary>Those before <c>cpu</c> that the library was built with. What stands behind <c>cpu</c> can never be reached.</summary>
    private List<OrtProviderKind> FindUsable(IReadOnlyList<string> wanted, List<UnusedProvider> unused)
    {
        var usable = new List<OrtProviderKind>();
        foreach (var name in wanted.TakeWhile(name => !string.Equals(name, ProviderNames.Cpu, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal))
        {
            var kind = ProviderNames.Kind(name)!.Value;
            if (runtime.OnnxRuntime.AvailableProviders.Contains(kind.OrtName(), StringComparer.Ordinal))
            {
                usable.Add(kind);
            }
            else
            {
                unused.Add(new UnusedProvider(name,
                    $"this ONNX Runtime ({runtime.OnnxRuntime.LibraryPath}) has no {kind.Title()}: {Remedy}"));
            }
        }
        return usable;
    }

    private OrtSession OpenWith(List<OrtProviderKind> providers, string file, Dictionary<string, ReadOnlyMemory<byte>> external)
    {
        OrtSession Load() => OrtSession.Load(runtime.OnnxRuntime, bundle.GetFile(file).Span, Settings(file, external, [.. providers.Select(Configure)]));
        return providers.Contains(OrtProviderKind.TensorRt) ? runtime.Providers.During(bundle.Manifest.Title, file, Load) : Load();
    }

    /// <summary>An engine is machine code: it is kept only where nobody else can put one.</summary>
    private OrtProvider Configure(OrtProviderKind kind) => kind == OrtProviderKind.TensorRt && runtime.Options.EngineDirectory is { } directory && OwnDirectory.Prepare(directory) is null
        ? new OrtProvider(kind, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["trt_engine_cache_enable"] = "1",
            ["trt_engine_cache_path"] = directory,
        })
        : new OrtProvider(kind);

    private void Drop(List<OrtProviderKind> usable, OrtProviderKind provider, string detail, List<UnusedProvider> unused)
    {
        usable.Remove(provider);
        unused.Add(new UnusedProvider(Name(provider), ProviderLibraries.FindMissing(runtime.OnnxRuntime.LibraryPath, Name(provider)) is { } missing
            ? $"this ONNX Runtime can take {provider.Title()}, but {missing} is not beside {runtime.OnnxRuntime.LibraryPath}: {Remedy}"
            : $"{provider.Title()} is in this ONNX Runtime but failed: {detail}"));
    }

    private static string Name(OrtProviderKind kind) => kind == OrtProviderKind.Cuda ? ProviderNames.Cuda : ProviderNames.TensorRt;

    private void Report(string file, List<OrtProviderKind> used, List<UnusedProvider> unused) => runtime.Providers.Report(new ProviderReport(
        bundle.Manifest.Title,
        file,
        [.. used.Select(Name), ProviderNames.Cpu],
        unused));

    private OrtSessionSettings Settings(string file, Dictionary<string, ReadOnlyMemory<byte>> external, IReadOnlyList<OrtProvider> providers) => new()
    {
        IntraOpThreads = options.IntraOpThreads ?? runtime.IntraOpThreads,
        WorkerCpus = options.WorkerCpus ?? [],
        AllowSpinning = options.AllowSpinning,
        GraphOptimization = options.GraphOptimization,
        ExternalInitializers = external,
        Providers = providers,
        LogId = $"{bundle.Manifest.Title}, {file}",
    };

    /// <summary>From the digests of the manifest, which hold for the bytes in memory: the bundle was verified when it was opened.</summary>
    private string SourceDigest(string file, IReadOnlyList<string> external)
    {
        var digests = bundle.Manifest.Files.ToDictionary(one => one.Name, one => one.Sha256, StringComparer.Ordinal);
        var text = new StringBuilder(digests[file]);
        foreach (var name in external)
        {
            text.Append('\n').Append(digests[name]).Append(' ').Append(name);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
