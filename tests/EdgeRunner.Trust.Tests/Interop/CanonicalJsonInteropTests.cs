using System.Text;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Tests.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Interop;

/// <summary>Three implementations make the same bytes of the same tree; a signature by one is good for the others only then.</summary>
public sealed class CanonicalJsonInteropTests
{
    /// <summary>10 000 trees, each of them asked about; so many at once that waiting for the answer is not what takes the time.</summary>
    private const int Batches = 200;
    private const int Trees = 50;

    /// <summary>Longest text, in characters, with which the last batches are made; all of a tree's depth comes at 30.</summary>
    private const int Size = 40;

    /// <summary>Beyond it JavaScript rounds.</summary>
    private const long MaxSafeInteger = (1L << 53) - 1;

    [Fact]
    public void Python_makes_the_same_bytes_of_any_tree()
    {
        using var python = Peer.SecureSystemsLib();

        Prop.ForAll(JsonTreeGen.Trees.ArrayOf(Trees).ToArbitrary(), trees => AreSame(trees.Select(CanonicalJson.Encode), python.Canonical(trees)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Batches).WithEndSize(Size));
    }

    [Fact]
    public void JavaScript_makes_the_same_bytes_of_any_tree_that_it_can_hold()
    {
        using var node = Peer.TufJs();
        var astral = 0;

        Prop.ForAll(JsonTreeGen.Trees.Select(InJavaScript).ArrayOf(Trees).ToArbitrary(), trees =>
        {
            var ours = trees.Select(CanonicalJson.Encode).ToArray();
            astral += ours.Count(bytes => bytes.Any(b => b >= 0xf0)); // of a character of four bytes
            return AreSame(ours, node.Canonical(trees));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Batches).WithEndSize(Size));

        Assert.InRange(astral, Batches * Trees / 20, Batches * Trees);
    }

    [Fact]
    public void JavaScript_sorts_an_astral_name_before_the_end_of_the_basic_plane_and_we_do_not()
    {
        using var node = Peer.TufJs();
        using var python = Peer.SecureSystemsLib();
        var tree = JsonTree.Of(new Dictionary<string, JsonTree> { ["\uFF5E"] = JsonTree.Null, ["\U0001F600"] = JsonTree.Null });

        Assert.Equal("{\"\U0001F600\":null,\"\uFF5E\":null}", Encoding.UTF8.GetString(node.Canonical(tree)[0]));
        Assert.Equal(python.Canonical(tree)[0], CanonicalJson.Encode(tree));
    }

    private static bool AreSame(IEnumerable<byte[]> ours, IReadOnlyList<byte[]> theirs) =>
        ours.Zip(theirs).Count(p => p.First.AsSpan().SequenceEqual(p.Second)) == theirs.Count;

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
