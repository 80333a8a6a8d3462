using System.Text.Json;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Sessions.Providers;
using EdgeRunner.Native.Linux;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Probing;

/// <summary>The child's side: takes limits on itself, then opens, loads and runs the bundle, and reports each stage before it begins, so that the
/// parent knows where it died.</summary>
internal sealed class ProbeChild
{
    private const int MaxRequestBytes = 64 << 10;

    /// <summary>The one execution provider that works without devices.</summary>
    private const string Cpu = "cpu";

    /// <summary>So that the daemon's threads come first.</summary>
    private const int Niceness = 10;

    /// <summary>.NET and ONNX Runtime have some twenty files and pipes open.</summary>
    private const ulong MaxOpenFiles = 128;

    /// <summary>A message of ONNX Runtime can be as long as a name in the model.</summary>
    private const int MaxDetail = 2_000;

    private readonly ProbeRequest _request;
    private readonly Stream _pipe;
    private ProbeMessage _next = new(ProbeStage.Start);
    private long _addressSpaceBytes;

    private ProbeChild(ProbeRequest request, Stream pipe) => (_request, _pipe) = (request, pipe);

    /// <summary>Reads the request from standard input and does it.</summary>
    public static void Run()
    {
        using var pipe = new FileStream(ProcessRestraint.TakeStandardOutput(), FileAccess.Write, bufferSize: 0);
        new ProbeChild(ReadRequest(), pipe).Probe();
    }

    private static ProbeRequest ReadRequest()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[MaxRequestBytes];
        var length = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return JsonSerializer.Deserialize(buffer.AsSpan(0, length), ProbePipeJsonContext.Default.ProbeRequest) ?? throw new JsonException("the request is null");
    }

    private void Probe()
    {
        try
        {
            if (!Restrain()) return; // the parent is dead, and nobody reads on
            ProbeBundle();
        }
        catch (Exception e) when (Verdict(e) is { } verdict)
        {
            var words = verdict == ProbeReason.MemoryExceeded && _addressSpaceBytes > 0
                ? $"the model wants more address space than the {ProbeWords.Bytes(_addressSpaceBytes)} allowed, while {ProbeWords.Doing(_next.Stage)}: {e.Message}"
                : e.Message;
            Say(_next with { Reason = verdict, Detail = words.Length > MaxDetail ? words[..MaxDetail] + "..." : words });
        }
    }

    private ProbeReason? Verdict(Exception e) => e switch
    {
        BundleException { Reason: BundleErrorReason.Graph } => ProbeReason.GraphInvalid,
        BundleException => ProbeReason.BundleInvalid,
        OrtLibraryException => ProbeReason.RuntimeMissing,
        OutOfMemoryException => ProbeReason.MemoryExceeded,
        OrtException when IsOutOfMemory(e.Message) => ProbeReason.MemoryExceeded,
        OrtException => _next.Stage <= ProbeStage.Load ? ProbeReason.LoadFailed : ProbeReason.RunFailed,
        IOException or UnauthorizedAccessException => _next.Stage == ProbeStage.Open ? ProbeReason.BundleUnreadable : ProbeReason.ProbeFailed,
        // A manifest may ask for a tensor of any size, and .NET says so in three ways.
        OverflowException or ArgumentException when _next.Stage == ProbeStage.Load => ProbeReason.LoadFailed,
        _ => null,
    };

    // What ONNX Runtime passes on from operator new, from its arena and from the thread it could not start.
    private static bool IsOutOfMemory(string message) =>
        message.Contains("bad_alloc", StringComparison.Ordinal) || message.Contains("Failed to allocate memory", StringComparison.Ordinal)
        || message.Contains("Cannot allocate memory", StringComparison.Ordinal) || message.Contains("Available memory of", StringComparison.Ordinal);

    private bool Restrain()
    {
        ProcessRestraint.LeadOwnGroup();
        if (!ProcessRestraint.DieWithParent(_request.ParentProcessId)) return false;
        var warnings = new List<string>();
        if (!ProcessRestraint.TryDieFirstWithoutMemory()) warnings.Add("not the kernel's first choice when memory runs out: /proc/self/oom_score_adj cannot be written");
        ProcessRestraint.TryLowerPriority(Niceness);
        ProcessRestraint.Limit(ProcessResource.CoreBytes, 0, 0);
        ProcessRestraint.Limit(ProcessResource.FileBytes, 0, 0);
        ProcessRestraint.Limit(ProcessResource.OpenFiles, MaxOpenFiles, MaxOpenFiles);
        if (SystemCallFilter.TryInstall() is { } problem) warnings.Add($"the model could reach the network and files of this user: {problem}");
        _next = new ProbeMessage(ProbeStage.Open) { Warnings = warnings };
        return true;
    }

    private void ProbeBundle()
    {
        Begin(ProbeStage.Open);
        var empty = Memory();
        using var bundle = ModelBundle.Open(_request.File);
        var limits = ProbeLimitsInForce.Resolve(_request.Limits, bundle.Manifest.Limits, bundle.SizeBytes, AvailableMemory.Read());
        TakeLimits(limits, empty.AddressSpaceBytes);
        _addressSpaceBytes = limits.AddressSpaceBytes;
        _next = _next with
        {
            Model = bundle.Manifest.Name, Version = bundle.Manifest.Version.ToString(), Sha256 = bundle.Sha256, Limits = limits,
            BaselineAddressSpaceBytes = empty.AddressSpaceBytes,
        };

        Begin(ProbeStage.Runtime);
        var before = Memory().ResidentBytes;
        using var runtime = ModelRuntime.Load(new ModelRuntimeOptions
        {
            LibraryPath = _request.OnnxRuntime, IntraOpThreads = _request.IntraOpThreads, Providers = [Cpu], LogSink = entry => Console.Error.WriteLine(entry.Message),
        });
        var baseline = empty.ResidentBytes + Memory().ResidentBytes - before;
        // Only what this device really has: elsewhere the pipeline falls back to the CPU, and its time there is what counts.
        var untried = (_request.Providers ?? bundle.Manifest.Hardware.Providers)
            .Where(provider => !string.Equals(provider, Cpu, StringComparison.Ordinal) && ProviderLibraries.FindMissing(runtime.OnnxRuntime.LibraryPath, provider) is null).ToArray();
        if (untried.Length > 0) limits = limits with { P99Microseconds = long.MaxValue, P99From = "not judged: it is meant for another provider than the CPU" };
        _next = _next with
        {
            OnnxRuntime = runtime.OnnxRuntime.Version, Provider = Cpu, BaselineBytes = baseline, Limits = limits,
            Warnings = untried.Length > 0 ? [$"tried on the CPU, not on {string.Join(", ", untried)}: a driver needs devices and address space that this process has given up"] : null,
        };

        Begin(ProbeStage.Load);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        using var model = ModelInstance.Load(runtime, bundle, new ModelLoadOptions { AllowSpinning = _request.AllowSpinning });
        _next = _next with { LoadMilliseconds = Math.Round(watch.Elapsed.TotalMilliseconds, 2) };

        var trial = new ModelTrial(model, ProbeInputs.Of(model, bundle));
        Begin(ProbeStage.FirstRun);
        trial.RunFirst();
        Begin(ProbeStage.Measure);
        var latency = trial.Measure(limits, _request.Limits.Runs is not null);
        var now = Memory();
        var memory = new ProbeMemory(Math.Max(0, now.PeakResidentBytes - baseline), baseline, now.PeakResidentBytes, now.PeakAddressSpaceBytes - empty.AddressSpaceBytes);
        _next = _next with { Latency = latency, Memory = memory, Warnings = Warnings(trial, limits, latency) };
        Begin(ProbeStage.Golden);
        ProbeGoldenCase[] golden = [.. model.SelfTest().Cases.Select(one => new ProbeGoldenCase(one.Name, one.Passed, one.Runs, one.MaxAbsoluteDifference, Short(one.Problems)))];
        var (reason, detail) = ProbeVerdict.Of(limits, memory, latency, trial.NotFinite, golden);
        _next = _next with { Stage = ProbeStage.Done, Golden = golden };
        Say(_next with { Reason = reason, Detail = detail });
    }

    private static void TakeLimits(ProbeLimitsInForce limits, long mapped)
    {
        // What .NET has reserved for its heap, 256 GiB and more, counts as address space; only what comes on top is limited.
        var addressSpace = (ulong)mapped + (ulong)limits.AddressSpaceBytes;
        ProcessRestraint.Limit(ProcessResource.AddressSpaceBytes, addressSpace, addressSpace);
        // The soft limit is the one that says what it is (SIGXCPU); the hard one is for code that blocks that signal.
        ProcessRestraint.Limit(ProcessResource.CpuSeconds, (ulong)limits.CpuSeconds, (ulong)limits.CpuSeconds + 1);
    }

    private static IReadOnlyList<string> Warnings(ModelTrial trial, ProbeLimitsInForce limits, ProbeLatency latency) => ProbeVerdict.WasMachineBusy(limits, latency)
        ? [.. trial.Warnings, $"the machine was busy: a run took {ProbeWords.Time(latency.P99)} (99th percentile), of which {ProbeWords.Time(latency.CpuP99)} were its own"]
        : trial.Warnings;

    /// <summary>Tells the parent what has been learned and what begins.</summary>
    private void Begin(ProbeStage stage)
    {
        Say(_next with { Stage = stage });
        _next = new ProbeMessage(stage);
    }

    private void Say(ProbeMessage message)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(message, ProbePipeJsonContext.Default.ProbeMessage), (byte)'\n'];
        _pipe.Write(line);
    }

    private static ProcessStatus Memory() => ProcessStatus.Read() ?? throw new IOException("/proc/self/status cannot be read, so memory cannot be limited");

    // A line has a bound (ProbeMessageReader); the first problems say what there is to say.
    private static string[] Short(IReadOnlyList<string> problems) => [.. problems.Take(3).Select(problem => problem.Length > 200 ? problem[..200] + "..." : problem)];
}
