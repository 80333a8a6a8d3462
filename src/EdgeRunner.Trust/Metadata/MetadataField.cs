using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Metadata;

/// <summary>A place in a metadata file, for reading it with errors that name the place.</summary>
internal readonly struct MetadataField(string role, string path, JsonTree tree)
{
    internal string Role { get; } = role;

    internal string Path { get; } = path;

    internal JsonTree Tree { get; } = tree;

    internal IReadOnlyDictionary<string, JsonTree> Members => As(JsonKind.Object).Members;

    internal MetadataField Member(string name) =>
        Members.TryGetValue(name, out var member) ? At(name, member) : throw Malformed(At(name, Tree).Path, "this field", "nothing");

    internal MetadataField? Optional(string name) => Members.TryGetValue(name, out var member) ? At(name, member) : null;

    internal IEnumerable<(string Name, MetadataField Field)> Fields()
    {
        var self = this;
        return Members.Select(m => (m.Key, self.At(m.Key, m.Value)));
    }

    internal IEnumerable<MetadataField> Items()
    {
        var self = this;
        return As(JsonKind.Array).Items.Select((item, i) => new MetadataField(self.Role, $"{self.Path}[{i}]", item));
    }

    internal string Text() => As(JsonKind.Text).Text;

    internal bool Boolean() => As(JsonKind.Boolean).Boolean;

    internal long Integer(long min)
    {
        var number = As(JsonKind.Integer).Integer;
        return number >= min ? number : throw Wrong($"{min} or more", number.ToString());
    }

    internal string[] Texts() => [.. Items().Select(i => i.Text())];

    internal MetadataException Wrong(string expected, string found) => Malformed(Path, expected, found);

    private MetadataField At(string name, JsonTree value) => new(Role, Path.Length == 0 ? name : $"{Path}.{Shorten(name)}", value);

    private JsonTree As(JsonKind kind) => Tree.Kind == kind ? Tree : throw Wrong($"a value of kind {kind}", $"one of kind {Tree.Kind}");

    private MetadataException Malformed(string path, string expected, string found) =>
        new(TrustFailure.Malformed, Role, version: null, $"{expected} at {path}", Shorten(found));

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
