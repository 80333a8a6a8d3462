using System.Runtime.InteropServices;

namespace EdgeRunner.TestSupport;

/// <summary>Where tests find what is not code: the repository, its committed test models, and what <c>scripts/setup.sh</c> fetched.</summary>
public static class TestPaths
{
    /// <summary>The directory that has <c>EdgeRunner.sln</c>.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>A file or directory under <c>tests/assets</c>.</summary>
    public static string Asset(params string[] parts) => Path.Combine([RepositoryRoot, "tests", "assets", .. parts]);

    /// <summary>The <c>.onnx</c> file of a committed model: <c>tests/assets/models/NAME/model.onnx</c> or <c>.../tiny/NAME.onnx</c>.</summary>
    public static string Model(string name)
    {
        var tiny = Asset("models", "tiny", name + ".onnx");
        return File.Exists(tiny) ? tiny : Asset("models", name, "model.onnx");
    }

    /// <summary>ONNX Runtime: <c>EDGERUNNER_ONNXRUNTIME</c>, or what <c>scripts/setup.sh</c> put into <c>artifacts/</c>.</summary>
    public static string OnnxRuntimeLibrary
    {
        get
        {
            if (Environment.GetEnvironmentVariable("EDGERUNNER_ONNXRUNTIME") is { Length: > 0 } path)
            {
                return path;
            }
            var fetched = Artifact("native", $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "libonnxruntime.so.1");
            return File.Exists(fetched) ? fetched : throw new FileNotFoundException($"{fetched} is not there. Run scripts/setup.sh, or set EDGERUNNER_ONNXRUNTIME.");
        }
    }

    /// <summary>Silero VAD v6, which <c>scripts/setup.sh</c> fetches.</summary>
    /// <exception cref="FileNotFoundException">It was not run: the test must fail, not be skipped.</exception>
    public static string SileroVad => Artifact("models", "silero_vad_v6.onnx") is var path && File.Exists(path)
        ? path
        : throw new FileNotFoundException($"{path} is not there: run scripts/setup.sh");

    /// <summary>A file under <c>artifacts</c> of the repository; it need not exist.</summary>
    public static string Artifact(params string[] parts) => Path.Combine([RepositoryRoot, "artifacts", .. parts]);

    private static string FindRepositoryRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EdgeRunner.sln")))
            {
                return directory.FullName;
            }
        }
        throw new DirectoryNotFoundException($"No EdgeRunner.sln above {AppContext.BaseDirectory}");
    }
}
