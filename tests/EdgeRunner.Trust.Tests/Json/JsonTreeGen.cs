using System.Text;
using EdgeRunner.Trust.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Json;

/// <summary>Random trees: every kind of value, names and texts from the whole of Unicode, control characters and astral planes included.</summary>
internal static class JsonTreeGen
{
    // Ranges by hand, because a uniform choice would almost never meet the characters that matter.
    private static readonly Gen<Rune> Runes = Gen.OneOf(
        Gen.Choose(0x20, 0x7e), Gen.Choose(0, 0x1f), Gen.Elements(0x22, 0x5c, 0x2f, 0x7f), Gen.Choose(0x80, 0xd7ff), Gen.Choose(0xe000, 0xffff),
        Gen.Choose(0x10000, 0x10ffff)).Select(c => new Rune(c));

    internal static Gen<string> Texts { get; } = Runes.ListOf().Select(list => string.Concat(list.Select(r => r.ToString())));

    internal static Gen<JsonTree> Trees { get; } = Gen.Sized(size => OfDepth(Math.Min(size, 30) / 10));

    private static Gen<JsonTree> OfDepth(int depth)
    {
        var leaves = Gen.OneOf(
            Gen.Elements(JsonTree.Null, JsonTree.True, JsonTree.False),
            ArbMap.Default.GeneratorFor<long>().Select(JsonTree.Of),
            Gen.Elements(long.MinValue, long.MaxValue, 0L, -1L).Select(JsonTree.Of),
            Texts.Select(JsonTree.Of));
        if (depth == 0)
        {
            return leaves;
        }
        var inner = OfDepth(depth - 1);
        var arrays = inner.ListOf(3).Select(items => JsonTree.Of([.. items]));
        var members = Texts.SelectMany(name => inner.Select(value => (name, value)));
        var objects = members.ListOf(4).Select(list => JsonTree.Of(
            list.DistinctBy(m => m.name, StringComparer.Ordinal).ToDictionary(m => m.name, m => m.value, StringComparer.Ordinal)));
        return Gen.OneOf(leaves, arrays, objects);
    }
}
