using System.Text;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Bundles;

public sealed class ManifestReaderTests
{
    private static ModelManifest Read(string json, ManifestForm form = ManifestForm.Author) => ManifestReader.Read(Encoding.UTF8.GetBytes(json), "dir/model.json", form);

    private static BundleException Refuse(string old, string @new)
    {
        Assert.Contains(old, SampleBundle.AuthorJson, StringComparison.Ordinal);
        return Assert.Throws<BundleException>(() => Read(SampleBundle.AuthorJson.Replace(old, @new, StringComparison.Ordinal)));
    }

    [Fact]
    public void Authors_form_is_read_with_every_member()
    {
        var manifest = Read(SampleBundle.AuthorJson);
        Assert.Equal("silero-vad 6.0.0", manifest.Title);
        Assert.Equal([1, 576], manifest.Inputs[0].Shape);
        Assert.Equal(TensorElementType.Float32, manifest.Inputs[0].Type);
        Assert.Equal(["speech"], manifest.Outputs[0].Labels);
        Assert.Equal([16000], manifest.Constants[0].ToTensor().AsSpan<long>().ToArray());
        Assert.Equal("rnn_next", manifest.States[0].Next);
        var step = Assert.IsType<OnnxStepSpec>(manifest.Graph[0]);
        Assert.Equal("rnn", step.Inputs["state"]);
        Assert.Equal(67108864, manifest.Limits.MemoryBytes);
        Assert.True(manifest.Golden[0].Sequence);
        Assert.Equal(1e-5, manifest.Golden[0].Atol);
        Assert.Empty(manifest.Files);
    }

    [Theory]
    [InlineData("", "the file is empty; it must be a JSON object")]
    [InlineData(" \n ", "the file is empty")]
    [InlineData("{\n \"format\": 1\n \"name\": 2 }", "not valid JSON: line 3, column 2: ")]
    [InlineData("{\n \"format\": 1,\n}", "line 3, column 1: The JSON object contains a trailing comma at the end; remove it")]
    public void Text_that_is_no_json_is_refused_with_the_line_an_editor_shows(string json, string expected)
    {
        var problem = Assert.Throws<BundleException>(() => Read(json)).Message;

        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var manifest = Read("""
            { "format": 1, "name": "m", "version": "1.0.0", "license": "MIT", "inputs": [ { "name": "x", "type": "float32", "shape": [1] } ],
              "outputs": [ { "name": "y", "type": "float32", "shape": [1] } ], "graph": [ { "name": "s", "step": "onnx", "file": "a.onnx", "inputs": { "a": "x" }, "outputs": { "b": "y" } } ] }
            """);
        Assert.Equal(["cpu"], manifest.Hardware.Providers);
        Assert.Empty(manifest.States);
        Assert.Null(manifest.Limits.MemoryBytes);
        Assert.Empty(manifest.Inputs[0].Labels);
    }

    [Fact]
    public void Written_manifest_reads_back_the_same_and_has_no_nulls()
    {
        var text = Encoding.UTF8.GetString(SampleBundle.Files()["model.json"]);
        Assert.DoesNotContain("null", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var manifest = Read(text, ManifestForm.Bundle);
        Assert.Equal(text, Encoding.UTF8.GetString(ManifestReader.Write(manifest)));
        Assert.Equal(3, manifest.Files.Count);
    }

    [Theory]
    [InlineData("\"shape\": [1, 576]", "\"shap\": [1, 576]", "$.inputs[0].shap: is not known here (did you mean \"shape\"?); known are name, type, shape, meaning, unit, minimum, maximum, labels")]
    [InlineData("\"shape\": [1, 576]", "\"shap\": [1, 576]", "$.inputs[0].shape: is missing; it must be a list [...]")]
    [InlineData("\"limits\"", "\"limit\"", "$.limit: is not known here (did you mean \"limits\"?)")]
    [InlineData("\"format\": 1", "\"format\": 1, \"format\": 1", "$.format: is there twice; keep one")]
    [InlineData("{ \"input\": \"audio\",", "{ \"input\": \"audio\", \"input\": \"audio\",", "$.graph[0].inputs.input: is there twice; keep one")]
    [InlineData("\"6.0.0\"", "6", "$.version: 6 is not a version such as \"1.2.3\"")]
    [InlineData("\"6.0.0\"", "\"6.0\"", "$.version: \"6.0\" is not a semantic version")]
    [InlineData("\"float32\", \"shape\": [1, 576]", "\"flaot32\", \"shape\": [1, 576]", "$.inputs[0].type: \"flaot32\" is not an element type (did you mean \"float32\"?)")]
    [InlineData("[1, 576]", "[1, \"576\"]", "$.inputs[0].shape[1]: \"576\" is not a whole number")]
    [InlineData("[1, 576]", "[1, 576.5]", "$.inputs[0].shape[1]: 576.5 is not a whole number")]
    [InlineData("[1, 576]", "[1, -1]", "$.inputs[0].shape: [1, ?] has a dimension below 1")]
    [InlineData("[1, 576]", "[99999, 99999]", "$.inputs[0].shape: shape [99999, 99999] has more than")]
    [InlineData("\"step\": \"onnx\"", "\"step\": \"onx\"", "$.graph[0].step: \"onx\" is not known; it must be one of \"onnx\"")]
    [InlineData("\"step\": \"onnx\", ", "", "$.graph[0].step: is missing; it must be one of \"onnx\"")]
    [InlineData("\"MIT\"", "null", "$.license: null (leave the member out instead) is not a string")]
    [InlineData("\"name\": \"silero-vad\"", "\"name\": \"Silero VAD\"", "$.name: \"Silero VAD\" is not a model name")]
    [InlineData("\"format\": 1", "\"format\": 2", "$.format: 2 is not known; this program reads format 1")]
    [InlineData("[16000]", "[16000, 8000]", "$.constants[0].values: 2 values given, shape [] takes 1")]
    [InlineData("[16000]", "[1.5]", "$.constants[0].values: values[0] = 1.5 is not a int64")]
    [InlineData("\"vad.onnx\"", "\"../vad.onnx\"", "$.graph[0].file: \"../vad.onnx\": the name holds a path separator")]
    [InlineData("\"golden-audio.npy\"", "\"model.json\"", "$.golden[0].inputs.audio: \"model.json\" is the manifest itself")]
    [InlineData("{ \"audio\": \"golden", "{ \"adio\": \"golden", "$.golden[0].inputs.adio: the model has no such tensor here (did you mean \"audio\"?)")]
    [InlineData("1e-3", "-1", "$.golden[0].rtol: -1 is out of range; 0 to 1")]
    [InlineData("[\"cpu\"]", "[\"gpu\"]", "$.hardware.providers: \"gpu\" is not known (did you mean \"cpu\"?); known are cpu, cuda, tensorrt")]
    [InlineData("[\"speech\"]", "[\"no\", \"yes\"]", "$.outputs[0].labels: 2 labels for 1 columns")]
    [InlineData("\"shape\": [1, 576]", "\"shape\": [1, 576], \"maximum\": 1", "$.inputs[0]: minimum and maximum are for outputs only")]
    [InlineData("[\"speech\"]", "[\"speech\"], \"minimum\": 1, \"maximum\": 0", "$.outputs[0].minimum: 1 is above maximum, 0")]
    [InlineData("[\"speech\"]", "[\"speech\"], \"minimum\": \"0\"", "$.outputs[0].minimum: \"0\" is not a number")]
    [InlineData("\"float32\", \"shape\": [1, 1]", "\"bool\", \"shape\": [1, 1], \"maximum\": 1", "$.outputs[0]: minimum and maximum need numbers; \"speech\" is bool")]
    [InlineData("67108864", "0", "$.limits.memoryBytes: 0 is out of range")]
    public void Every_mistake_is_named_with_its_place_its_value_and_what_would_be_right(string old, string @new, string message)
    {
        var refused = Refuse(old, @new);
        Assert.Equal(BundleErrorReason.Manifest, refused.Reason);
        Assert.StartsWith("dir/model.json: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{ \"name\": \"\\ud800\" }")]
    [InlineData("{ \"\\ud800\": 1 }")]
    [InlineData("{} {}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Text_that_is_no_manifest_is_refused(string json) =>
        Assert.Equal(BundleErrorReason.Manifest, Assert.Throws<BundleException>(() => Read(json)).Reason);

    [Fact]
    public void Invalid_utf8_is_refused_and_a_byte_order_mark_is_not()
    {
        Assert.Throws<BundleException>(() => ManifestReader.Read(new byte[] { 0x7B, 0xFF, 0x7D }, "f", ManifestForm.Author));
        Assert.Equal("silero-vad", Read("\uFEFF" + SampleBundle.AuthorJson).Name);
    }

    [Fact]
    public void Bundle_form_must_list_every_file_it_uses_with_a_digest()
    {
        var refused = Assert.Throws<BundleException>(() => Read(SampleBundle.AuthorJson, ManifestForm.Bundle));
        Assert.Contains("$.files: \"vad.onnx\" is used by the manifest but not listed here", refused.Message, StringComparison.Ordinal);
        var text = Encoding.UTF8.GetString(SampleBundle.Files()["model.json"]);
        var digest = Read(text).Files[0].Sha256;
        Assert.Contains("is not a digest", Assert.Throws<BundleException>(() => Read(text.Replace(digest, digest.ToUpperInvariant(), StringComparison.Ordinal), ManifestForm.Bundle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_is_refused_or_harmless_and_never_crashes()
    {
        var json = Encoding.UTF8.GetBytes(SampleBundle.AuthorJson);
        string[] pieces = ["null", "[]", "{}", "\"\"", "1e999", "-1", "true", "\"\\ud800\"", ",", "}", "[[[[", "99999999999999999999", "\"step\":\"onnx\","];
        var random = new Random(11);
        for (var i = 0; i < 10_000; i++)
        {
            var at = random.Next(json.Length);
            var until = Math.Min(json.Length, at + random.Next(12));
            byte[] changed = [.. json[..at], .. Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]), .. json[until..]];
            try
            {
                ManifestReader.Read(changed, "f", ManifestForm.Author);
            }
            catch (BundleException)
            {
                // The one answer to a manifest that is wrong.
            }
        }
    }
}
