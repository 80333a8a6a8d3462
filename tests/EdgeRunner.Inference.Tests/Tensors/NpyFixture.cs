namespace EdgeRunner.Inference.Tests.Tensors;

/// <summary>Files that NumPy wrote (fixtures/make_fixtures.py).</summary>
internal static class NpyFixture
{
    internal static string Directory { get; } = Path.Combine(TestPaths.RepositoryRoot, "tests", "EdgeRunner.Inference.Tests", "Tensors", "fixtures");

    internal static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Directory, name + ".npy"));
}
