using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using EdgeRunner.Inference.Graphs;

namespace EdgeRunner.Inference.Bundles;

/// <summary>Reads and checks <c>model.json</c>. What it returns is consistent in itself; whether it fits the other files is checked
/// by <see cref="ModelBundle"/> (digests) and <see cref="GraphChecker"/> (ONNX files).</summary>
public static class ManifestReader
{
    /// <summary>Nesting a manifest may have at most: the real depth is 4.</summary>
    private const int MaxDepth = 16;

    /// <summary>Reads the manifest.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="file">Name for messages.</param>
    /// <param name="form">Whether <c>files</c> must be there.</param>
    /// <exception cref="BundleException">Not JSON, not a manifest, or inconsistent; lists every problem with its JSON path, the value
    /// found and what would be right.</exception>
    public static ModelManifest Read(ReadOnlyMemory<byte> utf8, string file, ManifestForm form)
    {
        var manifest = Parse(utf8, file);
        var problems = ManifestChecker.Check(manifest, form);
        if (problems.Count > 0)
        {
            throw new BundleException(BundleErrorReason.Manifest, file, problems);
        }
        var graph = GraphChecker.CheckWiring(manifest);
        return graph.Count == 0 ? manifest : throw new BundleException(BundleErrorReason.Graph, file, [.. graph.Select(e => e.ToString())]);
    }

    /// <summary>The manifest as JSON; equal manifests give equal bytes.</summary>
    internal static byte[] Write(ModelManifest manifest) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJsonContext.Default.ModelManifest), (byte)'\n'];

    private static ModelManifest Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        // Editors on Windows put a byte order mark in front; System.Text.Json refuses it.
        var json = utf8.Span.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
        if (!Utf8.IsValid(json.Span))
        {
            throw new BundleException(BundleErrorReason.Manifest, file, "$", "the text is not valid UTF-8");
        }
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var checker = new JsonShapeChecker(ManifestJsonContext.Default.Options);
            checker.Check(document.RootElement, typeof(ModelManifest), "$");
            return checker.Problems.Count == 0
                ? WithDefaults(document.RootElement.Deserialize(ManifestJsonContext.Default.ModelManifest)!)
                : throw new BundleException(BundleErrorReason.Manifest, file, checker.Problems);
        }
        catch (JsonException e)
        {
            throw new BundleException(BundleErrorReason.Manifest, file, e.Path ?? "$", json.Span.Trim(" \t\r\n"u8).IsEmpty ? "the file is empty; it must be a JSON object" : $"not valid JSON: {Describe(e)}");
        }
        // An escape such as "\ud800" is valid JSON but no text; GetString and Name say so with this type.
        catch (InvalidOperationException e)
        {
            throw new BundleException(BundleErrorReason.Manifest, file, "$", $"a string is not valid text: {e.Message}");
        }
    }

    /// <summary>The reader's words in those of an editor: lines and columns from 1, and no advice that only a programmer can follow.</summary>
    private static string Describe(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var message = (end < 0 ? e.Message : e.Message[..end])
            .Replace(" which is not supported in this mode. Change the reader options", "; remove it", StringComparison.Ordinal)
            .TrimEnd('.');
        return e.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, column {(e.BytePositionInLine ?? 0) + 1}: {message}") : message;
    }

    private static ModelManifest WithDefaults(ModelManifest manifest) => manifest.Resize(name => manifest.Dimensions.GetValueOrDefault(name)?.Default);
}
