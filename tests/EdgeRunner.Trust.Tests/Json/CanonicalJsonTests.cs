using System.Text;
using EdgeRunner.Trust.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Json;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b": 1, "a": [ true, false, null ] }""", """{"a":[true,false,null],"b":1}""")]
    [InlineData("""{"k":"line\nbreak\ttab\u0000"}""", "{\"k\":\"line\nbreak\ttab\0\"}")]
    [InlineData("""{"k":"\"\\\/\u00e9"}""", "{\"k\":\"\\\"\\\\/é\"}")]
    [InlineData("[-0,-9223372036854775808,9223372036854775807]", "[0,-9223372036854775808,9223372036854775807]")]
    [InlineData("""{"":{},"a":[]}""", """{"":{},"a":[]}""")]
    public void Known_documents_have_their_known_form(string document, string canonical) =>
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.Encode(JsonParser.Parse(Encoding.UTF8.GetBytes(document)))));

    [Fact]
    public void Names_are_sorted_by_code_point_and_not_by_utf16_unit()
    {
        var tree = JsonParser.Parse(Encoding.UTF8.GetBytes("{\"\U0001F600\":1,\"\uFF5E\":2,\"\uE000\":3,\"z\":4}"));

        Assert.Equal("{\"z\":4,\"\uE000\":3,\"\uFF5E\":2,\"\U0001F600\":1}", Encoding.UTF8.GetString(CanonicalJson.Encode(tree)));
    }

    [Fact]
    public void What_was_written_reads_back_as_the_same_tree() =>
        Prop.ForAll(JsonTreeGen.Trees.ToArbitrary(), tree =>
        {
            var again = JsonParser.Parse(JsonText.Write(tree));
            return CanonicalJson.Encode(again).AsSpan().SequenceEqual(CanonicalJson.Encode(tree)) && AreEqual(tree, again);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void The_canonical_form_reads_back_as_the_same_tree_once_control_characters_are_escaped() =>
        Prop.ForAll(JsonTreeGen.Trees.ToArbitrary(), tree => AreEqual(tree, JsonParser.Parse(EscapeControls(CanonicalJson.Encode(tree)))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Names_are_in_the_order_of_their_utf8_bytes() =>
        Prop.ForAll(JsonTreeGen.Texts.ToArbitrary(), JsonTreeGen.Texts.ToArbitrary(), (x, y) =>
            Math.Sign(CodePointComparer.Instance.Compare(x, y)) == Math.Sign(Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void The_order_of_members_does_not_matter() =>
        Prop.ForAll(JsonTreeGen.Trees.ToArbitrary(), tree =>
            CanonicalJson.Encode(tree).AsSpan().SequenceEqual(CanonicalJson.Encode(Reversed(tree))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    // Canonical strings have raw control characters, which JSON forbids inside strings; nothing outside strings is one.
    private static byte[] EscapeControls(byte[] canonical) =>
        [.. canonical.SelectMany(b => b < 0x20 ? Encoding.ASCII.GetBytes($"\\u{b:x4}") : [b])];

    private static JsonTree Reversed(JsonTree tree) => tree.Kind switch
    {
        JsonKind.Object => JsonTree.Of(tree.Members.Reverse().ToDictionary(m => m.Key, m => Reversed(m.Value), StringComparer.Ordinal)),
        JsonKind.Array => JsonTree.Of(tree.Items.Select(Reversed).ToArray()),
        _ => tree,
    };

    private static bool AreEqual(JsonTree x, JsonTree y) => x.Kind == y.Kind && x.Kind switch
    {
        JsonKind.Object => x.Members.Count == y.Members.Count && x.Members.All(m => y.Find(m.Key) is { } other && AreEqual(m.Value, other)),
        JsonKind.Array => x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(p => AreEqual(p.First, p.Second)),
        JsonKind.Text => string.Equals(x.Text, y.Text, StringComparison.Ordinal),
        JsonKind.Integer => x.Integer == y.Integer,
        JsonKind.Boolean => x.Boolean == y.Boolean,
        _ => true,
    };
}
