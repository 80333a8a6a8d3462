using System.Text.RegularExpressions;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>What a state directory holds of updates and models, in a form that two runs can be compared in.</summary>
internal static partial class UpdateContent
{
    /// <summary>Each file with its content; moments and counts are left out, and what only a test wrote.</summary>
    public static string Of(string state) => string.Join("\n", Directory.GetFiles(state, "*", SearchOption.AllDirectories)
        .Select(path => (Name: Path.GetRelativePath(state, path), Path: path))
        .Where(file => file.Name is not "trace").OrderBy(file => file.Name, StringComparer.Ordinal)
        .Select(file => $"{file.Name}: {(file.Name.EndsWith(".ermodel", StringComparison.Ordinal) ? $"{new FileInfo(file.Path).Length} bytes" : Varying().Replace(File.ReadAllText(file.Path), ""))}"));

    [GeneratedRegex("\"(at|since)\":\"[^\"]*\",?|\"writes\":\\d+,?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Varying();
}
