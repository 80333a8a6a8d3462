using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeRunner.TestSupport;

/// <summary>An ONNX Runtime that says it has CUDA and TensorRT (<c>native/fake_gpu.c</c>), compiled for the test with the compiler that publishing needs
/// anyway. It stays loaded, as the real one does.</summary>
public sealed class FakeGpuLibrary : IDisposable
{
    private readonly TempDirectory _directory = new();

    /// <param name="define"><c>REFUSE_CUDA</c>, <c>FAIL_SESSION</c> or null; see the source.</param>
    public FakeGpuLibrary(string? define = null)
    {
        Path = _directory.File("libonnxruntime.so.1");
        List<string> arguments = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", $"-DREAL=\"{TestPaths.OnnxRuntimeLibrary}\"", "-o", Path,
            System.IO.Path.Combine(TestPaths.RepositoryRoot, "tests", "EdgeRunner.TestSupport", "native", "fake_gpu.c"), "-ldl"];
        if (define is not null)
        {
            arguments.Insert(0, $"-D{define}");
        }
        using var compiler = Process.Start(new ProcessStartInfo("clang", arguments) { RedirectStandardError = true })!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"clang: {errors}");
        }
    }

    /// <summary>Puts files with the names of the provider libraries beside it, so that a failure is not put down to their absence.</summary>
    public FakeGpuLibrary WithProviderLibraries()
    {
        foreach (var name in new[] { "shared", "cuda", "tensorrt" }) File.WriteAllText(_directory.File($"libonnxruntime_providers_{name}.so"), "");
        return this;
    }

    /// <summary>The library.</summary>
    public string Path { get; }

    /// <summary>Options of the last TensorRT that was appended, as <c>key=value;</c>.</summary>
    public string LastOptions => Marshal.PtrToStringUTF8(
        Marshal.GetDelegateForFunctionPointer<GetText>(NativeLibrary.GetExport(NativeLibrary.Load(Path), "fake_last_options"))())!;

    public void Dispose() => _directory.Dispose();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint GetText();
}
