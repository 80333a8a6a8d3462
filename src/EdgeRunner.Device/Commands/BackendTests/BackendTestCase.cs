namespace EdgeRunner.Device.Commands.BackendTests;

/// <summary>A folder with <c>model.onnx</c> and <c>test_data_set_N/{input,output}_I.pb</c>.</summary>
/// <seealso href="https://github.com/onnx/onnx/blob/main/docs/OnnxBackendTest.md"/>
internal sealed record BackendTestCase(string Name, string ModelFile, IReadOnlyList<string> DataSets)
{
    /// <summary>Every case in or below the given folders, by name.</summary>
    /// <exception cref="IOException">A folder is missing, or has no case in it.</exception>
    public static List<BackendTestCase> Find(IReadOnlyList<string> directories)
    {
        var cases = new List<BackendTestCase>();
        foreach (var directory in directories)
        {
            if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"{directory} is not a folder; give one that has model.onnx, or folders with one, in it");
            var found = Directory.GetFiles(directory, "model.onnx", SearchOption.AllDirectories)
                .Select(Open)
                .OrderBy(one => one.Name, StringComparer.Ordinal)
                .ToList();
            if (found.Count == 0) throw new FileNotFoundException($"{directory} has no model.onnx in it or below it");
            cases.AddRange(found);
        }

        return cases;
    }

    private static BackendTestCase Open(string model)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(model))!;
        return new BackendTestCase(Path.GetFileName(directory), model, [.. Directory.GetDirectories(directory, "test_data_set_*").Order(StringComparer.Ordinal)]);
    }
}
