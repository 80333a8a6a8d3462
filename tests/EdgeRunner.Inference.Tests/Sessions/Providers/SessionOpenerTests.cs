using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Sessions.Providers;

namespace EdgeRunner.Inference.Tests.Sessions.Providers;

/// <summary>The stock library has no GPU provider; <see cref="FakeGpuLibrary"/> stands in for one that has. What no test here shows is a real GPU.</summary>
public sealed class SessionOpenerTests
{
    [Fact]
    public void Library_without_the_provider_falls_back_to_the_cpu_and_says_what_would_mend_it()
    {
        var (reports, report) = Load(TestPaths.OnnxRuntimeLibrary, ["tensorrt", "cuda", "cpu"]);

        Assert.Equal(["cpu"], report.Used);
        Assert.Equal(["tensorrt", "cuda"], report.NotUsed.Select(one => one.Provider));
        Assert.All(report.NotUsed, one => Assert.Contains("inference.onnxRuntime", one.Reason, StringComparison.Ordinal));
        // The stock x64 build says that it has both, and comes without their libraries; other builds say that they have none.
        Assert.Matches("this ONNX Runtime .*(has no TensorRT|can take TensorRT, but libonnxruntime_providers_shared.so is not beside)", report.NotUsed[0].Reason);
        Assert.Equal(report.NotUsed, reports.Single().NotUsed);
    }

    [Fact]
    public void Cpu_alone_is_nothing_to_report()
    {
        var (reports, report) = Load(TestPaths.OnnxRuntimeLibrary, ["cpu", "cuda"]);
        Assert.Equal(["cpu"], report.Used);
        Assert.Empty(report.NotUsed);
        Assert.Empty(reports);
    }

    [Fact]
    public void List_without_cpu_refuses_a_device_that_has_none_of_it()
    {
        var e = Assert.Throws<BundleException>(() => Load(TestPaths.OnnxRuntimeLibrary, ["cuda"]));
        Assert.Equal(BundleErrorReason.Hardware, e.Reason);
        Assert.Contains("may run with cuda only", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_provider_is_refused_with_the_nearest() =>
        Assert.Contains("did you mean \"cuda\"", Assert.Throws<ArgumentException>(() => Load(TestPaths.OnnxRuntimeLibrary, ["cdua", "cpu"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Library_that_has_the_providers_gets_them_in_order_with_the_engine_directory()
    {
        using var library = new FakeGpuLibrary();

        using var directory = new TempDirectory();

        var (reports, report) = Load(library.Path, ["tensorrt", "cuda", "cpu"], directory.File("engines"));

        Assert.Equal(["tensorrt", "cuda", "cpu"], report.Used);
        Assert.Empty(reports);
        Assert.Equal($"trt_engine_cache_enable=1;trt_engine_cache_path={directory.File("engines")};", library.LastOptions);
    }

    [Fact]
    public void Engines_are_not_kept_where_others_can_write()
    {
        using var library = new FakeGpuLibrary();

        Load(library.Path, ["tensorrt", "cpu"], "/tmp");

        Assert.Equal("", library.LastOptions);
    }

    [Fact]
    public void Provider_that_does_not_start_is_passed_over_with_onnxruntimes_words()
    {
        using var library = new FakeGpuLibrary("REFUSE_CUDA").WithProviderLibraries();

        var (reports, report) = Load(library.Path, ["cuda", "tensorrt", "cpu"]);

        Assert.Equal(["tensorrt", "cpu"], report.Used);
        Assert.Equal("CUDA is in this ONNX Runtime but failed: CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version",
            report.NotUsed.Single().Reason);
        Assert.Single(reports);
    }

    [Fact]
    public void Session_that_fails_with_each_provider_ends_on_the_cpu()
    {
        using var library = new FakeGpuLibrary("FAIL_SESSION").WithProviderLibraries();

        var (_, report) = Load(library.Path, ["tensorrt", "cuda", "cpu"]);

        Assert.Equal(["cpu"], report.Used);
        Assert.Equal(["tensorrt", "cuda"], report.NotUsed.Select(one => one.Provider));
        Assert.All(report.NotUsed, one => Assert.Contains("CUDNN failure 4", one.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Engine_build_is_seen_while_it_goes_on()
    {
        var board = new ProviderBoard(null);

        var during = board.During("model 1.0.0", "a.onnx", () => board.Builds.Single());

        Assert.Equal(("model 1.0.0", "a.onnx"), (during.Model, during.File));
        Assert.True(during.Elapsed >= TimeSpan.Zero);
        Assert.Empty(board.Builds);
        Assert.Throws<IOException>(() => board.During<int>("model", "b.onnx", () => throw new IOException()));
        Assert.Empty(board.Builds);
    }

    /// <summary>Loads a small model, runs it, and gives what was told and what is on the board.</summary>
    private static (List<ProviderReport> Told, ProviderReport Report) Load(string library, string[] providers, string? engines = null)
    {
        List<ProviderReport> told = [];
        using var runtime = ModelRuntime.Load(new ModelRuntimeOptions { LibraryPath = library, Providers = providers, EngineDirectory = engines, ProviderSink = told.Add });
        using var author = AuthorDirectory.Accumulator();
        using (var model = author.Load(runtime))
        {
            model.Input("x").Tensor.AsSpan<float>().Fill(2);
            model.Run();
            Assert.Equal([2f, 2f, 2f], model.Output("total").Tensor.AsSpan<float>().ToArray());
        }
        using (author.Load(runtime)) { } // Told once, however often it is loaded.
        return (told, runtime.Providers.Reports.Single());
    }
}
