using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

public sealed class TensorElementTypesTests
{
    [Fact]
    public void Every_name_parses_back_to_its_type()
    {
        foreach (var type in Enum.GetValues<TensorElementType>().Where(type => type != TensorElementType.Undefined))
        {
            Assert.True(TensorElementTypes.TryParse(type.Format(), out var parsed));
            Assert.Equal(type, parsed);
            Assert.True(type == TensorElementType.String || type.SizeBytes() > 0);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Float32")]
    [InlineData("undefined")]
    [InlineData("float8e4m3fn")]
    public void Other_names_do_not_parse(string? name) => Assert.False(TensorElementTypes.TryParse(name, out _));

    [Fact]
    public void Types_edgerunner_does_not_hold_still_have_a_name()
    {
        Assert.Equal("float8e4m3fn", ((TensorElementType)17).Format());
        Assert.Equal("int4", ((TensorElementType)22).Format());
        Assert.Equal("type 99", ((TensorElementType)99).Format());
        Assert.Equal("int4[?, 2]", TensorElementTypes.Format((TensorElementType)22, [-1, 2]));
    }
}
