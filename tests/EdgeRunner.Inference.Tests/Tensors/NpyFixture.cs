namespace EdgeRunner.Inference.Tests.Tensors;

/// <summary>Files that NumPy wrote (fixtures/make_fixtures.py).</summary>
internal static class NpyFixture
{
    internal static string Directory { get; } = Find();

    internal static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Directory, name + ".npy"));

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EdgeRunner.sln")))
            {
                return Path.Combine(directory.FullName, "tests", "EdgeRunner.Inference.Tests", "Tensors", "fixtures");
            }
        }
        throw new DirectoryNotFoundException($"No EdgeRunner.sln above {AppContext.BaseDirectory}");
    }
}
