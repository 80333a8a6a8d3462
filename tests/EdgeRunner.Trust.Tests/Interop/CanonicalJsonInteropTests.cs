using System.Text;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Tests.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Interop;

/// <summary>Three implementations make the same bytes of the same tree; a signature by one is good for the others only then.</summary>
public sealed class CanonicalJsonInteropTests
{
    private const int Cases = 10_000;

    /// <summary>Beyond it JavaScript rounds.</summary>
    private const long MaxSafeInteger = (1L << 53) - 1;

    [Fact]
    public void Python_makes_the_same_bytes_of_any_tree()
    {
        using var python = Peer.SecureSystemsLib();

        Prop.ForAll(JsonTreeGen.Trees.ToArbitrary(), tree => CanonicalJson.Encode(tree).AsSpan().SequenceEqual(python.Canonical(tree)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));
    }

    [Fact]
    public void JavaScript_makes_the_same_bytes_of_any_tree_that_it_can_hold()
    {
        using var node = Peer.TufJs();
        var astral = 0;

        Prop.ForAll(JsonTreeGen.Trees.Select(InJavaScript).ToArbitrary(), tree =>
        {
            var ours = CanonicalJson.Encode(tree);
            astral += Encoding.UTF8.GetString(ours).Any(char.IsSurrogate) ? 1 : 0;
            return ours.AsSpan().SequenceEqual(node.Canonical(tree));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

        Assert.InRange(astral, Cases / 20, Cases);
    }

    [Fact]
    public void JavaScript_sorts_an_astral_name_before_the_end_of_the_basic_plane_and_we_do_not()
    {
        using var node = Peer.TufJs();
        using var python = Peer.SecureSystemsLib();
        var tree = JsonTree.Of(new Dictionary<string, JsonTree> { ["\uFF5E"] = JsonTree.Null, ["\U0001F600"] = JsonTree.Null });

        Assert.Equal("{\"\U0001F600\":null,\"\uFF5E\":null}", Encoding.UTF8.GetString(node.Canonical(tree)));
        Assert.Equal(python.Canonical(tree), CanonicalJson.Encode(tree));
    }

    /// <summary>The same tree with numbers that JavaScript does not round, and without the one kind of object that it sorts otherwise: by UTF-16 unit
    /// instead of by code point.</summary>
    private static JsonTree InJavaScript(JsonTree tree) => tree.Kind switch
    {
        JsonKind.Object => JsonTree.Of(tree.Members.Where(m => !SortsOtherwise(tree)).ToDictionary(m => m.Key, m => InJavaScript(m.Value), StringComparer.Ordinal)),
        JsonKind.Array => JsonTree.Of(tree.Items.Select(InJavaScript).ToArray()),
        JsonKind.Integer => JsonTree.Of(Math.Clamp(tree.Integer, -MaxSafeInteger, MaxSafeInteger)),
        _ => tree,
    };

    private static bool SortsOtherwise(JsonTree tree) =>
        !tree.Members.Keys.Order(StringComparer.Ordinal).SequenceEqual(tree.Members.Keys.Order(CodePointComparer.Instance), StringComparer.Ordinal);
}
