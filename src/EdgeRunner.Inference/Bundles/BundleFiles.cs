namespace EdgeRunner.Inference.Bundles;

/// <summary>Which files a manifest uses.</summary>
internal static class BundleFiles
{
    /// <summary>Names without repeats, in ordinal order; without <c>model.json</c> and without external data of ONNX files, which only
    /// the ONNX files themselves name.</summary>
    internal static IReadOnlyList<string> UsedBy(ModelManifest manifest) =>
    [
        .. manifest.Graph.SelectMany(step => step.UsesFiles)
            .Concat(manifest.States.Where(state => state.Initial is not null).Select(state => state.Initial!))
            .Concat(manifest.Golden.SelectMany(golden => golden.Inputs.Values.Concat(golden.Outputs.Values)))
            .Concat(manifest.Attachments)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];
}
