using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner infer</c>: one run of a bundle on arrays from files.</summary>
internal static class InferCommand
{
    public static Command Create()
    {
        var bundle = new Option<string>("--bundle", "-b") { Description = "The bundle, NAME-VERSION.ermodel.", HelpName = "FILE", Required = true };
        var input = new Option<string[]>("--input", "-i") { Description = "An input of the model and the .npy file with its value; once for each input.", HelpName = "NAME=FILE.npy" };
        var output = new Option<string>("--output", "-o") { Description = "Where to write NAME.npy for each output; made if missing.", HelpName = "DIR", Required = true };
        var json = CommonOptions.Json();
        var library = CommonOptions.OnnxRuntime();
        var command = new Command("infer", "Run a bundle once on .npy files and write its outputs as .npy files.") { bundle, input, output, json, library };
        command.SetAction(parse =>
        {
            try
            {
                var result = Infer(parse.GetRequiredValue(bundle), parse.GetValue(input) ?? [], parse.GetRequiredValue(output), parse.GetValue(library));
                if (parse.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(result, ModelOutputContext.Default.InferOutput));
                else Write(result);
                return ExitCode.Ok;
            }
            catch (Exception e) when (e is BundleException or OrtException or OrtLibraryException or IOException or UnauthorizedAccessException or InferInputException)
            {
                Console.Error.WriteLine($"edgerunner: {e.Message}");
                return e is InferInputException ? ExitCode.Usage : ExitCode.Failed;
            }
        });
        return command;
    }

    private static InferOutput Infer(string file, string[] inputs, string directory, string? library)
    {
        using var bundle = ModelBundle.Open(file);
        using var runtime = CommonOptions.LoadRuntime(library);
        using var model = ModelInstance.Load(runtime, bundle);
        Fill(model, inputs);
        var start = Stopwatch.GetTimestamp();
        model.Run();
        var elapsed = Stopwatch.GetElapsedTime(start);
        Directory.CreateDirectory(directory);
        var written = new List<InferredTensor>();
        foreach (var port in model.Outputs)
        {
            var target = Path.Combine(directory, port.Name + ".npy");
            File.WriteAllBytes(target, NpyFile.Write(port.Tensor.ToManaged()));
            written.Add(new InferredTensor(port.Name, port.Tensor.ToString(), target));
        }

        return new InferOutput(bundle.Manifest.Title, Math.Round(elapsed.TotalMicroseconds, 1), written);
    }

    private static void Fill(ModelInstance model, string[] inputs)
    {
        var arrays = new List<(ModelPort Port, string File, TensorData Tensor)>();
        var missing = model.Inputs.Select(port => port.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            var parts = input.Split('=', 2);
            if (parts.Length < 2) throw new InferInputException($"--input {input}: expected NAME=FILE.npy");
            var port = model.Inputs.FirstOrDefault(port => string.Equals(port.Name, parts[0], StringComparison.Ordinal))
                ?? throw new InferInputException($"--input {input}: the model has no input {parts[0]}; expected one of {string.Join(", ", model.Inputs)}");
            if (!missing.Remove(port.Name)) throw new InferInputException($"--input {input}: {port.Name} is given twice");
            try
            {
                arrays.Add((port, parts[1], NpyFile.Read(File.ReadAllBytes(parts[1]))));
            }
            catch (Exception e) when (e is FormatException or NotSupportedException)
            {
                throw new InferInputException($"{parts[1]}: {e.Message}");
            }
        }

        if (missing.Count > 0) throw new InferInputException($"no --input for {string.Join(", ", missing)}; the model takes {string.Join(", ", model.Inputs)}");
        if (model.Dimensions.Count > 0)
        {
            try
            {
                model.ResizeFor(arrays.ToDictionary(array => array.Port.Name, array => array.Tensor.Shape, StringComparer.Ordinal));
            }
            catch (ArgumentException e)
            {
                throw new InferInputException(WithoutParameter(e));
            }
        }

        foreach (var (port, file, tensor) in arrays)
        {
            try
            {
                tensor.CopyTo(port.Tensor);
            }
            catch (ArgumentException e)
            {
                throw new InferInputException($"{file}: {WithoutParameter(e)}; the model's input is {port}");
            }
        }
    }

    /// <summary>.NET adds the name of our own parameter, which means nothing to a person.</summary>
    private static string WithoutParameter(ArgumentException e) =>
        e.ParamName is null ? e.Message : e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal);

    private static void Write(InferOutput output)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output.Model}: one run in {output.Microseconds:0.#} µs"));
        foreach (var tensor in output.Outputs) Console.WriteLine($"  {tensor.Name} {tensor.Type} -> {tensor.File}");
    }

    /// <summary>An input of the command line does not fit the model.</summary>
    private sealed class InferInputException(string message) : Exception(message);
}
