namespace EdgeRunner.EndToEnd;

/// <summary>The AOT-published binaries that <c>scripts/publish.sh</c> left in <c>artifacts/publish/linux-x64</c>: what a user installs.</summary>
internal static class PublishedPrograms
{
    public static string EdgeRunner => Find("edgerunner");

    public static string EdgeFleet => Find("edgefleet");

    private static string Find(string name)
    {
        var path = Path.Combine(TestPaths.RepositoryRoot, "artifacts", "publish", "linux-x64", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: the end-to-end tests run the published binaries; run scripts/publish.sh (scripts/test.sh does)");
    }
}
