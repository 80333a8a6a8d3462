using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

/// <summary>The real library, loaded once for all tests of <see cref="OrtTestsCollection"/>.</summary>
public sealed class OrtFixture : IDisposable
{
    public OrtRuntime Runtime { get; } = OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = TestPaths.OnnxRuntimeLibrary });

    public OrtSession Load(string model, OrtSessionSettings? settings = null) =>
        OrtSession.Load(Runtime, File.ReadAllBytes(TestPaths.Model(model)), settings ?? new OrtSessionSettings { LogId = model });

    public void Dispose() => Runtime.Dispose();
}

[CollectionDefinition(Name)]
public sealed class OrtTestsCollection : ICollectionFixture<OrtFixture>
{
    public const string Name = "onnxruntime";
}
