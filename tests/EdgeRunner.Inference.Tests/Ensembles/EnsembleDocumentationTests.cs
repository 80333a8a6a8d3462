using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Tests.Ensembles;

public sealed partial class EnsembleDocumentationTests
{
    [Fact]
    public void Every_example_of_an_ensemble_is_one_and_every_member_is_in_an_example()
    {
        var documentation = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "models.md"));
        var section = documentation[documentation.IndexOf("\n## Ensembles\n", StringComparison.Ordinal)..];
        section = section.IndexOf("\n## ", 1, StringComparison.Ordinal) is >= 0 and var next ? section[..next] : section;
        var shown = new Dictionary<Type, HashSet<string>>();
        foreach (var json in JsonBlock().Matches(section).SelectMany(match => SplitObjects(match.Groups["json"].Value)))
        {
            var step = (StepSpec)JsonSerializer.Deserialize(json, ManifestJsonContext.Default.Options.GetTypeInfo(typeof(StepSpec)))!;
            using var document = JsonDocument.Parse(json);
            var members = shown.TryGetValue(step.GetType(), out var known) ? known : shown[step.GetType()] = new HashSet<string>(StringComparer.Ordinal);
            members.UnionWith(document.RootElement.EnumerateObject().Select(member => member.Name));
        }

        Assert.Equal(7, shown.Count);
        foreach (var (type, members) in shown.Where(pair => pair.Key != typeof(WeightedVoteStepSpec))) // All but weights is as in vote.
        {
            var all = ManifestJsonContext.Default.Options.GetTypeInfo(type).Properties.Where(property => property.AssociatedParameter is not null).Select(property => property.Name);
            Assert.Empty((type == typeof(VoteStepSpec) ? all.Except(["undecided"], StringComparer.Ordinal) : all).Except(members, StringComparer.Ordinal));
        }
    }

    /// <summary>The objects of a block, one after the other.</summary>
    private static List<string> SplitObjects(string block)
    {
        var bytes = Encoding.UTF8.GetBytes(block);
        var objects = new List<string>();
        var rest = bytes.AsSpan();
        while (rest.IndexOf((byte)'{') is >= 0 and var start)
        {
            var reader = new Utf8JsonReader(rest[start..]);
            reader.Read();
            reader.Skip();
            objects.Add(Encoding.UTF8.GetString(rest.Slice(start, (int)reader.BytesConsumed)));
            rest = rest[(start + (int)reader.BytesConsumed)..];
        }
        return objects;
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonBlock();
}
