namespace EdgeRunner.Inference.Bundles;

/// <summary>Makes a bundle from an author's directory.</summary>
public static class BundlePacker
{
    /// <summary>Writes the bundle beside its final place, reads it back as a device would, lets <paramref name="approve"/> try that very
    /// bundle, and only then gives it its name. The output is complete or absent, never half.</summary>
    /// <param name="request">What to pack.</param>
    /// <param name="approve">Throws to refuse; the bundle it gets is disposed afterwards.</param>
    /// <exception cref="BundleException">Something in the directory is wrong.</exception>
    /// <exception cref="IOException">A file is missing, or cannot be read or written.</exception>
    public static PackedBundle Pack(PackRequest request, Action<ModelBundle>? approve = null)
    {
        var draft = BundleDraft.Read(request);
        var output = Path.GetFullPath(request.OutputFile ?? $"{draft.Manifest.Name}-{draft.Manifest.Version}.ermodel");
        var temporary = $"{output}.{Environment.ProcessId}.tmp";
        try
        {
            using (var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
            {
                draft.WriteTo(target);
                target.Flush(flushToDisk: true);
                using var bundle = ModelBundle.Read(target, output, request.Limits ?? BundleLimits.Default);
                approve?.Invoke(bundle);
                File.Move(temporary, output, overwrite: true);
                return new PackedBundle(output, bundle.Manifest, bundle.Sha256, bundle.SizeBytes, draft.LeftOut);
            }
        }
        finally
        {
            // Gone already when all went well.
            File.Delete(temporary);
        }
    }

    /// <summary>As the other overload, with only the directory and the output named.</summary>
    public static PackedBundle Pack(string directory, string outputFile) => Pack(new PackRequest(directory, outputFile));
}
