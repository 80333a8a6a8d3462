using EdgeRunner.Inference.Bundles;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What a model needs of a device: <c>custom.needs</c> of its target. A device answers from it whether it could take a release, before anything is moved.</summary>
/// <param name="MemoryBytes">The memory limit of the manifest; null when it states none.</param>
/// <param name="Opset">Version of the ONNX operators; null when the manifest names none.</param>
/// <param name="Providers">Execution providers, one of which it needs.</param>
internal sealed record ModelNeeds(long? MemoryBytes, long? Opset, IReadOnlyList<string> Providers)
{
    private const string DefaultDomain = "ai.onnx";

    internal static ModelNeeds Of(ModelManifest manifest) => new(manifest.Limits.MemoryBytes,
        manifest.Opsets.TryGetValue(DefaultDomain, out var opset) ? opset : null, manifest.Hardware.Providers);

    /// <summary>Reads what <see cref="ToJson"/> wrote; null when there is none, or nothing in it that we know.</summary>
    internal static ModelNeeds? Read(JsonTree? custom)
    {
        if (custom?.Find("needs") is not { Kind: JsonKind.Object } needs)
        {
            return null;
        }
        var providers = needs.Find("providers") is { Kind: JsonKind.Array } list ? list.Items.Where(i => i.Kind == JsonKind.Text).Select(i => i.Text).ToArray() : [];
        return new ModelNeeds(Number(needs, "memory_bytes"), Number(needs, "opset"), providers);
    }

    internal JsonTree ToJson()
    {
        var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["providers"] = JsonTree.OfTexts(Providers) };
        if (MemoryBytes is { } memory) members["memory_bytes"] = JsonTree.Of(memory);
        if (Opset is { } opset) members["opset"] = JsonTree.Of(opset);
        return JsonTree.Of(members);
    }

    private static long? Number(JsonTree needs, string name) => needs.Find(name) is { Kind: JsonKind.Integer } number ? number.Integer : null;
}
