using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Inference.Tests.Sessions;

/// <summary>The real library, loaded once for all tests of <see cref="SessionTestsCollection"/>.</summary>
public sealed class ModelRuntimeFixture : IDisposable
{
    public ModelRuntime Runtime { get; } = ModelRuntime.Load(new ModelRuntimeOptions { LibraryPath = TestPaths.OnnxRuntimeLibrary });

    public void Dispose() => Runtime.Dispose();
}

[CollectionDefinition(Name)]
public sealed class SessionTestsCollection : ICollectionFixture<ModelRuntimeFixture>
{
    public const string Name = "sessions";
}
