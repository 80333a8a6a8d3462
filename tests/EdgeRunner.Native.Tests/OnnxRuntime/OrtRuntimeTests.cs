using System.Collections.Concurrent;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

[Collection(OrtTestsCollection.Name)]
public sealed class OrtRuntimeTests(OrtFixture ort)
{
    [Fact]
    public void Loaded_runtime_tells_its_version_and_providers()
    {
        Assert.StartsWith("1.", ort.Runtime.Version, StringComparison.Ordinal);
        Assert.Equal(18, ort.Runtime.ApiVersion);
        Assert.Contains("CPUExecutionProvider", ort.Runtime.AvailableProviders, StringComparer.Ordinal);
        Assert.NotEmpty(ort.Runtime.BuildInformation);
    }

    [Fact]
    public void Log_lines_reach_the_sink_and_stop_when_the_runtime_is_gone()
    {
        var lines = new ConcurrentQueue<OrtLogEntry>();
        using (var runtime = OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = TestPaths.OnnxRuntimeLibrary, LogSink = lines.Enqueue }))
        {
            FailToRun(runtime);
        }
        var entry = Assert.Single(lines, line => line.Message.Contains("Div", StringComparison.Ordinal));
        Assert.Equal(OrtLogSeverity.Error, entry.Severity);
        Assert.Equal("divider", entry.LogId);

        lines.Clear();
        FailToRun(ort.Runtime);
        Assert.Empty(lines);
    }

    [Fact]
    public void Sink_that_throws_does_not_disturb_the_run()
    {
        using var runtime = OrtRuntime.Load(new OrtRuntimeOptions
        {
            LibraryPath = TestPaths.OnnxRuntimeLibrary,
            LogSink = _ => throw new InvalidOperationException("sink"),
        });
        FailToRun(runtime);
    }

    [Fact]
    public void Runtime_may_be_disposed_before_what_was_made_from_it()
    {
        var runtime = OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = TestPaths.OnnxRuntimeLibrary });
        using var session = OrtSession.Load(runtime, File.ReadAllBytes(TestPaths.Model("identity_float32")));
        using var x = OrtTensor.Allocate(runtime, TensorElementType.Float32, 1, 1);
        using var run = session.Prepare([new("x", x)], [new("y", null)]);
        runtime.Dispose();
        runtime.Dispose();

        x.AsSpan<float>()[0] = 7;
        run.Run();
        using var y = run.TakeOutput(0);
        Assert.Equal(7, y.AsSpan<float>()[0]);
        Assert.Throws<ObjectDisposedException>(() => OrtTensor.Allocate(runtime, TensorElementType.Float32, 1));
    }

    private static void FailToRun(OrtRuntime runtime)
    {
        using var session = OrtSession.Load(runtime, File.ReadAllBytes(TestPaths.Model("divide")), new OrtSessionSettings { LogId = "divider" });
        using var a = OrtTensor.Allocate(runtime, TensorElementType.Int64, 2);
        using var b = OrtTensor.Allocate(runtime, TensorElementType.Int64, 2);
        using var run = session.Prepare([new("a", a), new("b", b)], [new("quotient", null)]);
        var e = Assert.Throws<OrtException>(() => run.Run());
        Assert.Contains("Integer division by zero", e.Message, StringComparison.Ordinal);
    }
}
