using System.Text.RegularExpressions;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles;

/// <summary>The rules of <c>model.json</c> that its JSON shape does not express. One instance checks one manifest.</summary>
internal sealed partial class ManifestChecker
{
    /// <summary>Elements of one tensor at most, times its width: 1 GiB is more than any board here has to spare for an input.</summary>
    private const long MaxTensorBytes = 1L << 30;

    private readonly List<string> _problems = [];

    internal static IReadOnlyList<string> Check(ModelManifest manifest, ManifestForm form)
    {
        var checker = new ManifestChecker();
        checker.CheckIdentity(manifest);
        checker.CheckDimensions(manifest);
        checker.CheckTensors(manifest);
        checker.CheckSteps(manifest);
        checker.CheckGolden(manifest);
        checker.CheckNeeds(manifest);
        if (form == ManifestForm.Bundle)
        {
            checker.CheckFiles(manifest);
        }
        return checker._problems;
    }

    private void CheckIdentity(ModelManifest manifest)
    {
        if (manifest.Format != ModelManifest.CurrentFormat)
        {
            Add("$.format", $"{manifest.Format} is not known; this program reads format {ModelManifest.CurrentFormat}");
        }
        if (!NamePattern().IsMatch(manifest.Name))
        {
            Add("$.name", $"\"{manifest.Name}\" is not a model name; use 1 to 64 of a-z 0-9 . _ - and start with a letter or digit");
        }
        if (string.IsNullOrWhiteSpace(manifest.License))
        {
            Add("$.license", "is empty; give an SPDX expression such as \"MIT\", or \"LicenseRef-Proprietary\"");
        }
    }

    private void CheckTensors(ModelManifest manifest)
    {
        if (manifest.Outputs.Count == 0)
        {
            Add("$.outputs", "is empty; a model gives at least one output");
        }
        for (var i = 0; i < manifest.Inputs.Count; i++)
        {
            CheckSpec($"$.inputs[{i}]", manifest.Inputs[i]);
            if (manifest.Inputs[i] is { Minimum: not null } or { Maximum: not null })
            {
                Add($"$.inputs[{i}]", "minimum and maximum are for outputs only; what goes in is the pipeline's business");
            }
        }
        for (var i = 0; i < manifest.Outputs.Count; i++)
        {
            CheckSpec($"$.outputs[{i}]", manifest.Outputs[i]);
            CheckRange($"$.outputs[{i}]", manifest.Outputs[i]);
        }
        for (var i = 0; i < manifest.Constants.Count; i++)
        {
            CheckConstant($"$.constants[{i}]", manifest.Constants[i]);
        }
        for (var i = 0; i < manifest.States.Count; i++)
        {
            var (path, state) = ($"$.states[{i}]", manifest.States[i]);
            CheckTensorName($"{path}.name", state.Name);
            CheckTensorName($"{path}.next", state.Next);
            CheckShape(path, state.Type, state.Shape);
            if (state.Type == TensorElementType.String)
            {
                Add($"{path}.type", "a state cannot be text");
            }
            if (state.Initial is not null)
            {
                CheckFileName($"{path}.initial", state.Initial);
            }
        }
    }

    private void CheckDimensions(ModelManifest manifest)
    {
        foreach (var (name, dimension) in manifest.Dimensions)
        {
            CheckTensorName($"$.dimensions.{name}", name);
            if (dimension.Minimum < 1 || dimension.Maximum < dimension.Minimum || dimension.Default < dimension.Minimum || dimension.Default > dimension.Maximum)
            {
                Add($"$.dimensions.{name}", $"minimum {dimension.Minimum}, default {dimension.Default}, maximum {dimension.Maximum} are not in order; 1 ≤ minimum ≤ default ≤ maximum");
            }
            if (!manifest.Inputs.Any(input => input.Symbols.Contains(name, StringComparer.Ordinal)))
            {
                Add($"$.dimensions.{name}", "is in the shape of no input; it must be in one, which gives it its size");
            }
        }
        CheckSymbols("$.inputs", manifest.Inputs, manifest.Dimensions);
        CheckSymbols("$.outputs", manifest.Outputs, manifest.Dimensions);
    }

    private void CheckSymbols(string list, IReadOnlyList<TensorSpec> specs, IReadOnlyDictionary<string, DimensionSpec> dimensions)
    {
        for (var i = 0; i < specs.Count; i++)
        {
            foreach (var unknown in specs[i].Symbols.OfType<string>().Where(name => !dimensions.ContainsKey(name)))
            {
                Add($"{list}[{i}].shape", $"\"{unknown}\" is not in $.dimensions{NearestName.Hint(unknown, dimensions.Keys)}");
            }
            if (specs[i].Symbols is [.., not null] && specs[i].Labels.Count > 0)
            {
                Add($"{list}[{i}].labels", "cannot name the entries of a dimension that has no fixed size");
            }
            // What may be asked for at run time must fit as well.
            CheckShape($"{list}[{i}]", specs[i].Type, specs[i].Resize(name => dimensions.GetValueOrDefault(name)?.Maximum).Shape);
        }
    }

    private void CheckSpec(string path, TensorSpec spec)
    {
        CheckTensorName($"{path}.name", spec.Name);
        CheckUnique($"{path}.labels", spec.Labels, label => label);
        var isFloat = spec.Type is TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Float32 or TensorElementType.Float64;
        var columns = spec.Shape.Count == 0 ? 1 : spec.Shape[^1];
        if (isFloat && spec.Labels.Count > 0 && spec.Labels.Count != columns)
        {
            Add($"{path}.labels", $"{spec.Labels.Count} labels for {columns} columns; give one for each element of the last dimension");
        }
        if (spec.Type == TensorElementType.Bool && spec.Labels.Count is not (0 or 2))
        {
            Add($"{path}.labels", $"{spec.Labels.Count} labels for a bool; give two, false first");
        }
    }

    private void CheckRange(string path, TensorSpec spec)
    {
        if (spec is { Minimum: null, Maximum: null })
        {
            return;
        }
        if (spec.Type is TensorElementType.String or TensorElementType.Bool or TensorElementType.Complex64 or TensorElementType.Complex128)
        {
            Add(path, $"minimum and maximum need numbers; \"{spec.Name}\" is {spec.Type.Format()}");
        }
        if (spec.Minimum > spec.Maximum)
        {
            Add($"{path}.minimum", $"{spec.Minimum} is above maximum, {spec.Maximum}");
        }
    }

    private void CheckConstant(string path, ConstantSpec constant)
    {
        CheckTensorName($"{path}.name", constant.Name);
        if (!CheckShape(path, constant.Type, constant.Shape))
        {
            return;
        }
        try
        {
            constant.ToTensor();
        }
        catch (FormatException e)
        {
            Add($"{path}.values", e.Message);
        }
    }

    private void CheckSteps(ModelManifest manifest)
    {
        if (manifest.Graph.Count == 0)
        {
            Add("$.graph", "is empty; a model has at least one step");
        }
        CheckUnique("$.graph", [.. manifest.Graph.SelectMany(step => step.WithNested())], step => step.Name);
        CheckSteps("$.graph", manifest.Graph);
    }

    private void CheckSteps(string list, IReadOnlyList<StepSpec> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            var (path, step) = ($"{list}[{i}]", steps[i]);
            CheckTensorName($"{path}.name", step.Name);
            foreach (var made in step.Makes)
            {
                CheckTensorName($"{path}.outputs", made);
            }
            CheckSteps($"{path}.steps", step.Nested);
            foreach (var file in step.UsesFiles.Where(file => !step.Nested.Any(inner => inner.UsesFiles.Contains(file, StringComparer.Ordinal))))
            {
                CheckFileName($"{path}.file", file);
            }
        }
    }

    private void CheckGolden(ModelManifest manifest)
    {
        CheckUnique("$.golden", manifest.Golden, golden => golden.Name);
        for (var i = 0; i < manifest.Golden.Count; i++)
        {
            var (path, golden) = ($"$.golden[{i}]", manifest.Golden[i]);
            CheckArrays($"{path}.inputs", golden.Inputs, manifest.Inputs);
            CheckArrays($"{path}.outputs", golden.Outputs, manifest.Outputs);
            foreach (var missing in manifest.Inputs.Where(input => !golden.Inputs.ContainsKey(input.Name)))
            {
                Add($"{path}.inputs", $"input \"{missing.Name}\" has no file; every input of the model needs one");
            }
            if (golden.Outputs.Count == 0)
            {
                Add($"{path}.outputs", "is empty; name at least one output to compare");
            }
            if (golden.Rtol is < 0 or > 1)
            {
                Add($"{path}.rtol", $"{golden.Rtol} is out of range; 0 to 1");
            }
            if (golden.Atol < 0)
            {
                Add($"{path}.atol", $"{golden.Atol} is out of range; 0 or more");
            }
        }
    }

    private void CheckArrays(string path, IReadOnlyDictionary<string, string> arrays, IReadOnlyList<TensorSpec> specs)
    {
        foreach (var (tensor, file) in arrays)
        {
            if (!specs.Any(spec => string.Equals(spec.Name, tensor, StringComparison.Ordinal)))
            {
                Add($"{path}.{tensor}", $"the model has no such tensor here{NearestName.Hint(tensor, specs.Select(spec => spec.Name))}");
            }
            CheckFileName($"{path}.{tensor}", file);
        }
    }

    private void CheckNeeds(ModelManifest manifest)
    {
        if (manifest.Limits.MemoryBytes is <= 0)
        {
            Add("$.limits.memoryBytes", $"{manifest.Limits.MemoryBytes} is out of range; 1 or more bytes");
        }
        if (manifest.Limits.P99LatencyMicroseconds is <= 0)
        {
            Add("$.limits.p99LatencyMicroseconds", $"{manifest.Limits.P99LatencyMicroseconds} is out of range; 1 or more µs");
        }
        if (manifest.Hardware.Providers.Count == 0)
        {
            Add("$.hardware.providers", "is empty; leave it out for [\"cpu\"]");
        }
        CheckKnown("$.hardware.providers", manifest.Hardware.Providers, HardwareSpec.KnownProviders);
        CheckKnown("$.hardware.architectures", manifest.Hardware.Architectures, HardwareSpec.KnownArchitectures);
        CheckUnique("$.attachments", manifest.Attachments, name => name);
        for (var i = 0; i < manifest.Attachments.Count; i++)
        {
            CheckFileName($"$.attachments[{i}]", manifest.Attachments[i]);
        }
    }

    private void CheckFiles(ModelManifest manifest)
    {
        // Compared without case: two such files could not lie in one directory of every file system.
        CheckUnique("$.files", manifest.Files, file => file.Name.ToLowerInvariant());
        for (var i = 0; i < manifest.Files.Count; i++)
        {
            var (path, file) = ($"$.files[{i}]", manifest.Files[i]);
            CheckFileName($"{path}.name", file.Name);
            if (file.SizeBytes < 0)
            {
                Add($"{path}.sizeBytes", $"{file.SizeBytes} is out of range; 0 or more bytes");
            }
            if (!Sha256Pattern().IsMatch(file.Sha256))
            {
                Add($"{path}.sha256", $"\"{file.Sha256}\" is not a digest; 64 lower-case hex digits");
            }
        }
        foreach (var used in BundleFiles.UsedBy(manifest).Where(used => !manifest.Files.Any(f => string.Equals(f.Name, used, StringComparison.Ordinal))))
        {
            Add("$.files", $"\"{used}\" is used by the manifest but not listed here");
        }
    }

    private bool CheckShape(string path, TensorElementType type, IReadOnlyList<long> shape)
    {
        var before = _problems.Count;
        if (shape.Any(dimension => dimension < 1))
        {
            Add($"{path}.shape", $"{ElementSizes.Describe([.. shape])} has a dimension below 1; a dimension is a size, or the name of an entry in $.dimensions");
        }
        else if (!ElementSizes.TryCountElements([.. shape], out var count, out var problem))
        {
            Add($"{path}.shape", problem);
        }
        else if (count * Math.Max(type.SizeBytes(), 1) > MaxTensorBytes)
        {
            Add($"{path}.shape", $"{ElementSizes.Describe(type, [.. shape])} takes more than {MaxTensorBytes} bytes");
        }
        return before == _problems.Count;
    }

    private void CheckTensorName(string path, string name)
    {
        if (!TensorNamePattern().IsMatch(name))
        {
            Add(path, $"\"{name}\" is not a name; use 1 to 128 letters, digits or any of . _ - : / and start with a letter, digit or _");
        }
    }

    private void CheckFileName(string path, string name)
    {
        if (EntryNames.Problem(name) is { } problem)
        {
            Add(path, $"\"{name}\": {problem}");
        }
        else if (string.Equals(name, ModelManifest.FileName, StringComparison.OrdinalIgnoreCase))
        {
            Add(path, $"\"{name}\" is the manifest itself");
        }
    }

    private void CheckKnown(string path, IReadOnlyList<string> values, string[] known)
    {
        CheckUnique(path, values, value => value);
        foreach (var value in values.Where(value => !known.Contains(value, StringComparer.Ordinal)))
        {
            Add(path, $"\"{value}\" is not known{NearestName.Hint(value, known)}; known are {string.Join(", ", known)}");
        }
    }

    private void CheckUnique<T>(string path, IReadOnlyList<T> items, Func<T, string> key)
    {
        foreach (var twice in items.Select(key).GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
        {
            Add(path, $"\"{twice.Key}\" is there {twice.Count()} times; names must differ");
        }
    }

    private void Add(string path, string problem) => _problems.Add($"{path}: {problem}");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._:/-]{0,127}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TensorNamePattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sha256Pattern();
}
