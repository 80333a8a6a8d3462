using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

/// <summary>A model that cannot be used is an exception with a reason; the process and the runtime go on.</summary>
[Collection(OrtTestsCollection.Name)]
public sealed class OrtBadModelTests(OrtFixture ort)
{
    [Fact]
    public void Empty_model_is_refused()
    {
        var e = Refused([]);
        Assert.Equal(OrtErrorCode.InvalidProtobuf, e.ErrorCode);
        Assert.Contains("the model is empty", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(-1)]
    public void Truncated_model_is_refused(int keep)
    {
        var whole = File.ReadAllBytes(TestPaths.Model("digits_mlp"));
        var e = Refused(whole[..(keep > 0 ? keep : whole.Length + keep)]);
        Assert.Contains("bad.onnx", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_with_any_byte_flipped_is_refused_or_loads_but_never_harms()
    {
        var model = File.ReadAllBytes(TestPaths.Model("accumulator"));
        for (var i = 0; i < model.Length; i++)
        {
            model[i] ^= 0xFF;
            try
            {
                OrtSession.Load(ort.Runtime, model).Dispose();
            }
            catch (OrtException e)
            {
                Assert.NotEmpty(e.Detail);
            }
            model[i] ^= 0xFF;
        }
    }

    [Fact]
    public void Garbage_is_refused()
    {
        var garbage = new byte[10_000];
        new Random(1).NextBytes(garbage);
        Assert.Equal(OrtErrorCode.InvalidProtobuf, Refused(garbage).ErrorCode);
    }

    [Fact]
    public void Unknown_operator_is_named()
    {
        var e = Refused(File.ReadAllBytes(TestPaths.Model("unknown_operator")));
        Assert.Contains("NoSuchOperator", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_named()
    {
        var e = Assert.Throws<OrtException>(() => OrtSession.LoadFile(ort.Runtime, "/nonexistent/model.onnx"));
        Assert.Equal(OrtErrorCode.NoSuchFile, e.ErrorCode);
        Assert.Contains("/nonexistent/model.onnx", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void External_weights_that_were_not_given_are_not_looked_for_in_the_working_directory()
    {
        // The file is where ONNX Runtime would look: a model from bytes has no folder, so its data would come from the working directory.
        var here = Path.Combine(Directory.GetCurrentDirectory(), "external_weights.bin");
        File.Copy(TestPaths.Asset("models", "tiny", "external_weights.bin"), here, overwrite: true);
        try
        {
            // The optimizer would stumble over the missing folder by chance; without it ONNX Runtime does read the file.
            var e = Assert.Throws<OrtException>(() => ort.Load("external", new OrtSessionSettings { GraphOptimization = OrtGraphOptimization.None }));
            Assert.Contains("external_weights.bin", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public void External_weights_that_are_too_short_are_refused() => Assert.Throws<OrtException>(() => ort.Load("external", new OrtSessionSettings
    {
        ExternalInitializers = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { ["external_weights.bin"] = new byte[15] },
    }));

    private OrtException Refused(byte[] model)
    {
        var e = Assert.Throws<OrtException>(() => OrtSession.Load(ort.Runtime, model, new OrtSessionSettings { LogId = "bad.onnx" }));
        Assert.NotEqual(OrtErrorCode.Ok, e.ErrorCode);
        Assert.NotEmpty(e.Detail);
        return e;
    }
}
