using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Tests.Bundles;

namespace EdgeRunner.Inference.Tests.Graphs;

public sealed class OnnxModelFactsTests
{
    [Fact]
    public void Opsets_and_external_files_are_found()
    {
        var facts = OnnxModelFacts.Read(SampleBundle.Onnx("b.bin", "a.bin", "b.bin"));
        Assert.Equal(16, facts.Opsets["ai.onnx"]);
        Assert.Equal(["a.bin", "b.bin"], facts.ExternalFiles);
    }

    [Fact]
    public void Damaged_models_are_read_or_refused_and_never_crash()
    {
        var model = SampleBundle.Onnx("weights.bin");
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = (byte[])model.Clone();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                OnnxModelFacts.Read(changed[..(random.Next(3) == 0 ? random.Next(changed.Length) : changed.Length)]);
            }
            catch (FormatException)
            {
                // The one answer to a damaged model.
            }
        }
    }
}
