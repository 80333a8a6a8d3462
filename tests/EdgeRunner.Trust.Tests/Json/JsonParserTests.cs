using System.Text;
using EdgeRunner.Trust.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Json;

public sealed class JsonParserTests
{
    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("  ", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[1,]", "not JSON")]
    [InlineData("{} {}", "not JSON")]
    [InlineData("{}x", "not JSON")]
    [InlineData("{}\0", "not JSON")]
    [InlineData("/* no */ {}", "not JSON")]
    [InlineData("{'a':1}", "not JSON")]
    [InlineData("NaN", "not JSON")]
    [InlineData("[01]", "not JSON")]
    [InlineData("[+1]", "not JSON")]
    [InlineData("\"a\nb\"", "not JSON")]
    [InlineData("""{"a":1,"a":1}""", "twice")]
    [InlineData("""{"a":1,"\u0061":2}""", "twice")]
    [InlineData("""{"x":{"b":{},"b":{}}}""", "twice")]
    [InlineData("[1.0]", "whole number")]
    [InlineData("[1e3]", "whole number")]
    [InlineData("[1E0]", "whole number")]
    [InlineData("[9223372036854775808]", "whole number")]
    [InlineData("[-9223372036854775809]", "whole number")]
    [InlineData("[1e999999999]", "whole number")]
    [InlineData("""["\ud800"]""", "not Unicode")]
    [InlineData("""["\udc00\ud800"]""", "not Unicode")]
    [InlineData("""{"\udfff":1}""", "not Unicode")]
    public void Bad_documents_are_refused_with_the_reason(string document, string reason)
    {
        var error = Assert.Throws<JsonFormatException>(() => JsonParser.Parse(Encoding.UTF8.GetBytes(document)));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xff, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xc0, 0xaf, (byte)'"' })] // an overlong slash
    [InlineData(new byte[] { (byte)'"', 0xed, 0xa0, 0x80, (byte)'"' })] // a surrogate in UTF-8
    [InlineData(new byte[] { (byte)'"', 0xf4, 0x90, 0x80, 0x80, (byte)'"' })] // beyond U+10FFFF
    [InlineData(new byte[] { (byte)'"', 0xe2, 0x82, (byte)'"' })] // cut off
    public void Invalid_utf8_is_refused(byte[] document) =>
        Assert.Contains("UTF-8", Assert.Throws<JsonFormatException>(() => JsonParser.Parse(document)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_mark_is_refused() => Assert.Throws<JsonFormatException>(() => JsonParser.Parse([0xef, 0xbb, 0xbf, (byte)'{', (byte)'}']));

    [Fact]
    public void White_space_after_the_value_is_accepted() => Assert.Equal(JsonKind.Object, JsonParser.Parse("{} \r\n\t \n"u8).Kind);

    [Theory]
    [InlineData(JsonParser.MaxDepth, true)]
    [InlineData(JsonParser.MaxDepth + 1, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_bounded(int depth, bool accepted)
    {
        var document = Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth));

        if (accepted)
        {
            Assert.Equal(JsonKind.Array, JsonParser.Parse(document).Kind);
        }
        else
        {
            Assert.Throws<JsonFormatException>(() => JsonParser.Parse(document));
        }
    }

    [Theory]
    [InlineData(JsonParser.MaxValues - 1, true)] // and the array itself
    [InlineData(JsonParser.MaxValues, false)]
    public void The_number_of_values_is_bounded(int count, bool accepted)
    {
        var document = Encoding.ASCII.GetBytes($"[{string.Join(',', Enumerable.Repeat("0", count))}]");

        if (accepted)
        {
            Assert.Equal(count, JsonParser.Parse(document).Items.Count);
        }
        else
        {
            Assert.Contains("more than", Assert.Throws<JsonFormatException>(() => JsonParser.Parse(document)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Random_bytes_give_a_tree_or_the_parsers_own_exception() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), OnlyItsOwnException).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void A_good_document_with_a_few_bytes_changed_gives_a_tree_or_the_parsers_own_exception()
    {
        var damaged = JsonTreeGen.Trees.SelectMany(tree =>
        {
            var bytes = JsonText.Write(tree);
            return Gen.Choose(0, bytes.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value =>
            {
                var copy = (byte[])bytes.Clone();
                copy[at] = (byte)value;
                return copy;
            }));
        });

        Prop.ForAll(damaged.ToArbitrary(), OnlyItsOwnException).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    private static bool OnlyItsOwnException(byte[] bytes)
    {
        try
        {
            JsonParser.Parse(bytes);
        }
        catch (JsonFormatException)
        {
            // The one way to fail.
        }
        return true;
    }
}
