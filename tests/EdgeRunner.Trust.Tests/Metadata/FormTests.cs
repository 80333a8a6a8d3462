using System.Text;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Tests.Client;
using EdgeRunner.Trust.Tests.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Metadata;

/// <summary>Rightly signed files of the wrong form: what a buggy tool, or the owner of a key, could publish.</summary>
public sealed class FormTests
{
    [Theory]
    [InlineData("version", "0", "1 or more")]
    [InlineData("version", "-1", "1 or more")]
    [InlineData("version", "\"1\"", "Integer")]
    [InlineData("version", null, "this field")]
    [InlineData("expires", "\"2030-01-01\"", "a date like")]
    [InlineData("expires", "\"2030-01-01T00:00:00.5Z\"", "a date like")]
    [InlineData("expires", "\"2030-01-01T00:00:00+01:00\"", "a date like")]
    [InlineData("expires", "\"2030-02-30T00:00:00Z\"", "a date like")]
    [InlineData("expires", "7", "Text")]
    [InlineData("expires", null, "this field")]
    [InlineData("spec_version", null, "this field")]
    [InlineData("_type", "7", "Text")]
    [InlineData("meta", "[]", "Object")]
    [InlineData("meta", "{}", "this field")]
    [InlineData("meta", """{"snapshot.json":{}}""", "meta.snapshot.json.version")]
    [InlineData("meta", """{"snapshot.json":{"version":0}}""", "1 or more")]
    [InlineData("meta", """{"snapshot.json":{"version":1,"length":-1}}""", "0 or more")]
    [InlineData("meta", """{"snapshot.json":{"version":1,"hashes":{}}}""", "at least one digest")]
    [InlineData("meta", """{"snapshot.json":{"version":1,"hashes":{"sha256":"00"}}}""", "64 digits")]
    [InlineData("meta", """{"snapshot.json":{"version":1,"hashes":{"sha512":"AB"}}}""", "128 digits")]
    [InlineData("meta", """{"snapshot.json":{"version":1,"hashes":{"other":"../x"}}}""", "lowercase hex")]
    public void A_field_that_is_missing_or_wrong_is_named(string field, string? value, string expected)
    {
        var signed = MetadataWriter.Timestamp(new MetadataHeader("1.0.34", 1, RepositorySimulator.Start), new MetaFile(1))
            .With(field, value is null ? null : JsonParser.Parse(Encoding.UTF8.GetBytes(value)));

        var error = Assert.Throws<MetadataException>(() => TimestampMetadata.Read(Envelope.Build(RoleNames.Timestamp, signed, [])));

        Assert.Equal(TrustFailure.Malformed, error.Failure);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_change_of_good_metadata_reads_or_is_refused_by_the_one_exception()
    {
        var repository = new RepositorySimulator { WithDigests = true };
        repository.Delegate(RoleNames.Targets, new SimulatedDelegation("a", ["*"]));
        repository.AddTarget(RoleNames.Targets, "x", [1]);
        repository.PublishAll();
        (string Role, JsonTree Signed)[] files = [.. ((string[])["2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"])
            .Select(n => (n.Replace("2.", "", StringComparison.Ordinal).Replace(".json", "", StringComparison.Ordinal),
                Envelope.Parse("", repository.Files[n]).Signed))];
        var changes = Gen.Elements(files).SelectMany(f => JsonTreeGen.Trees.SelectMany(value =>
            Gen.Choose(0, 10_000).Select(at => (f.Role, Signed: Replace(f.Signed, at, value)))));

        Prop.ForAll(changes.ToArbitrary(), c =>
        {
            var envelope = Envelope.Build(c.Role, c.Signed, []);
            try
            {
                _ = c.Role switch
                {
                    RoleNames.Root => RootMetadata.Read(envelope),
                    RoleNames.Timestamp => TimestampMetadata.Read(envelope),
                    RoleNames.Snapshot => SnapshotMetadata.Read(envelope),
                    _ => (object)TargetsMetadata.Read(envelope),
                };
            }
            catch (MetadataException e)
            {
                return !e.Message.Contains('\n', StringComparison.Ordinal);
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    /// <summary>Puts a value at the place with that number, counted round and round.</summary>
    private static JsonTree Replace(JsonTree tree, int at, JsonTree value)
    {
        var places = Count(tree);
        var place = at % places;
        return Put(tree, ref place, value);
    }

    private static int Count(JsonTree tree) => 1 + (tree.Kind switch
    {
        JsonKind.Object => tree.Members.Values.Sum(Count),
        JsonKind.Array => tree.Items.Sum(Count),
        _ => 0,
    });

    private static JsonTree Put(JsonTree tree, ref int place, JsonTree value)
    {
        if (place-- == 0)
        {
            return value;
        }
        if (tree.Kind == JsonKind.Array)
        {
            var items = new List<JsonTree>();
            foreach (var item in tree.Items)
            {
                items.Add(place < 0 ? item : Put(item, ref place, value));
            }
            return JsonTree.Of(items);
        }
        if (tree.Kind == JsonKind.Object)
        {
            var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal);
            foreach (var (name, member) in tree.Members)
            {
                members.Add(name, place < 0 ? member : Put(member, ref place, value));
            }
            return JsonTree.Of(members);
        }
        return tree;
    }
}
