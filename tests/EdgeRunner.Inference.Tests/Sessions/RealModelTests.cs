using System.Text.Json;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Sessions;

/// <summary>The committed models, trained on real data, against what scikit-learn answered; and Silero VAD on real speech.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class RealModelTests(ModelRuntimeFixture fixture)
{
    [Theory]
    [InlineData("iris_logreg")]
    [InlineData("iris_gboost")]
    [InlineData("iris_forest")]
    [InlineData("wine_logreg")]
    [InlineData("wine_gboost")]
    [InlineData("wine_forest")]
    [InlineData("digits_mlp")]
    [InlineData("breast_cancer_forest")]
    [InlineData("shuttle_forest")]
    [InlineData("ecg_autoencoder")]
    public void Trained_model_answers_as_scikit_learn_did(string name)
    {
        using var session = OrtSession.LoadFile(fixture.Runtime.OnnxRuntime, TestPaths.Model(name));
        var input = ReadProto(name, "input_0.pb");
        var outputs = session.Outputs.Select((output, i) => (output.Name, Expected: ReadProto(name, $"output_{i}.pb"))).ToArray();
        using var author = new AuthorDirectory(
            $$"""
            "inputs": [ {{Spec(session.Inputs[0].Name, input)}} ],
            "outputs": [ {{string.Join(", ", outputs.Select(output => Spec(output.Name, output.Expected)))}} ],
            "graph": [ { "step": "onnx", "name": "model", "file": "model.onnx",
                         "inputs": { {{Same(session.Inputs[0].Name)}} }, "outputs": { {{string.Join(", ", outputs.Select(output => Same(output.Name)))}} } } ],
            "golden": [ { "name": "scikit-learn", "inputs": { "{{session.Inputs[0].Name}}": "input.npy" },
                          "outputs": { {{string.Join(", ", outputs.Select((output, i) => $"\"{output.Name}\": \"output_{i}.npy\""))}} } } ]
            """);
        author.With("model.onnx", File.ReadAllBytes(TestPaths.Model(name))).With("input.npy", input);
        for (var i = 0; i < outputs.Length; i++)
        {
            author.With($"output_{i}.npy", outputs[i].Expected);
        }
        using var bundle = author.Pack();
        using var model = ModelInstance.Load(fixture.Runtime, bundle);

        var result = model.SelfTest().Cases.Single();

        Assert.True(result.Passed, string.Join("; ", result.Problems));
    }

    [Fact]
    public void Silero_finds_the_speech_in_a_real_recording()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "audio", "type": "float32", "shape": [1, 576] } ],
            "outputs": [ { "name": "speech", "type": "float32", "shape": [1, 1] } ],
            "constants": [ { "name": "sr", "type": "int64", "shape": [], "values": [16000] } ],
            "states": [ { "name": "rnn", "type": "float32", "shape": [2, 1, 128], "next": "rnn_next" } ],
            "graph": [ { "step": "onnx", "name": "vad", "file": "silero.onnx",
                         "inputs": { "input": "audio", "state": "rnn", "sr": "sr" }, "outputs": { "output": "speech", "stateN": "rnn_next" } } ]
            """);
        author.With("silero.onnx", File.ReadAllBytes(TestPaths.SileroVad));
        using var model = author.Load(fixture.Runtime);

        var first = Listen(model);
        var again = Listen(model);

        // Reference: ONNX Runtime 1.30 through its C API (shared/models/README.md).
        Assert.Equal(87, first.Length);
        Assert.Equal(54, first.Count(probability => probability >= 0.5f));
        Assert.Equal(0.6156, first.Average(), 4);
        Assert.Equal([0.0425, 0.0163, 0.0118, 0.0077, 0.0086], first.Take(5).Select(probability => Math.Round(probability, 4)));
        Assert.Equal(first, again);
    }

    /// <summary>Chunks of 512 samples, each preceded by the last 64 of the one before.</summary>
    private static float[] Listen(ModelInstance model)
    {
        var samples = Array.ConvertAll(Speech(), sample => sample / 32768f);
        var audio = model.Input("audio").Tensor.AsSpan<float>();
        var probabilities = new float[samples.Length / 512];
        model.ResetState();
        audio.Clear();
        for (var i = 0; i < probabilities.Length; i++)
        {
            audio[512..].CopyTo(audio);
            samples.AsSpan(i * 512, 512).CopyTo(audio[64..]);
            model.Run();
            probabilities[i] = model.Output("speech").Tensor.AsSpan<float>()[0];
        }
        return probabilities;
    }

    private static TensorData ReadProto(string model, string file) =>
        TensorProtoReader.Read(File.ReadAllBytes(TestPaths.Asset("models", model, "test_data_set_0", file))).Tensor;

    private static string Spec(string name, TensorData tensor) =>
        $$"""{ "name": "{{name}}", "type": "{{tensor.ElementType.Format()}}", "shape": {{JsonSerializer.Serialize(tensor.Shape)}} }""";

    private static string Same(string name) => $"\"{name}\": \"{name}\"";

    /// <summary>Debian's pocketsphinx-testdata, which <c>scripts/setup.sh</c> installs.</summary>
    private static short[] Speech() =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(File.ReadAllBytes("/usr/share/pocketsphinx/test/data/goforward.raw")).ToArray();
}
