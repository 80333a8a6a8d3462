using System.Globalization;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tests.Sessions;

namespace EdgeRunner.Inference.Tests.Ensembles;

/// <summary>A model of one ensemble step whose members are the inputs m1, m2, ... of the model: their answers are whatever a test writes.</summary>
internal sealed class EnsembleModel : IDisposable
{
    private readonly AuthorDirectory _author;

    private EnsembleModel(AuthorDirectory author, ModelRuntime runtime)
    {
        _author = author;
        try
        {
            Model = author.Load(runtime);
        }
        catch
        {
            author.Dispose();
            throw;
        }
    }

    internal ModelInstance Model { get; }

    /// <param name="runtime">ONNX Runtime.</param>
    /// <param name="step">The step's JSON without <c>name</c> and <c>inputs</c>, e.g. <c>"step": "average", "output": "mean"</c>.</param>
    /// <param name="members">How many members.</param>
    /// <param name="member">Type and shape of each, e.g. <c>float32[2,3]</c>.</param>
    /// <param name="outputs">Name, type and shape of each result, e.g. <c>label:int64[2]</c>.</param>
    internal static EnsembleModel Load(ModelRuntime runtime, string step, int members, string member, params string[] outputs)
    {
        var names = Names(members);
        return new EnsembleModel(new AuthorDirectory(
            $$"""
            "inputs": [ {{string.Join(", ", names.Select(name => Tensor($"{name}:{member}")))}} ],
            "outputs": [ {{string.Join(", ", outputs.Select(Tensor))}} ],
            "graph": [ { {{step}}, "name": "ensemble", "inputs": [ {{string.Join(", ", names.Select(name => $"\"{name}\""))}} ] } ]
            """), runtime);
    }

    /// <summary>Numbers as JSON has them.</summary>
    internal static string Json(IEnumerable<double> values) => $"[{string.Join(", ", values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}]";

    /// <summary>Writes what each member answers, in order.</summary>
    internal EnsembleModel Answer<T>(params IEnumerable<T[]> answers) where T : unmanaged
    {
        foreach (var (input, answer) in Model.Inputs.Zip(answers))
        {
            answer.CopyTo(input.Tensor.AsSpan<T>());
        }
        return this;
    }

    /// <summary>Runs, and reads a result.</summary>
    internal T[] Run<T>(string output) where T : unmanaged
    {
        Model.Run();
        return Read<T>(output);
    }

    internal T[] Read<T>(string output) where T : unmanaged => Model.Output(output).Tensor.AsSpan<T>().ToArray();

    public void Dispose()
    {
        Model.Dispose();
        _author.Dispose();
    }

    private static string[] Names(int members) => [.. Enumerable.Range(1, members).Select(i => $"m{i}")];

    private static string Tensor(string text)
    {
        var (colon, bracket) = (text.IndexOf(':', StringComparison.Ordinal), text.IndexOf('[', StringComparison.Ordinal));
        return $$"""{ "name": "{{text[..colon]}}", "type": "{{text[(colon + 1)..bracket]}}", "shape": {{text[bracket..]}} }""";
    }
}
