namespace EdgeRunner.Inference.Sessions.Providers;

/// <summary>The libraries of their own in which ONNX Runtime keeps its GPU providers. The stock build says that it has the providers, and comes without
/// the libraries.</summary>
public static class ProviderLibraries
{
    /// <summary>The first library that a provider needs and that is not beside ONNX Runtime.</summary>
    /// <param name="onnxRuntime">Path of ONNX Runtime's own library.</param>
    /// <param name="provider"><c>cuda</c> or <c>tensorrt</c>.</param>
    /// <returns>Its name; null when nothing is missing, or the path has no directory to look into.</returns>
    public static string? FindMissing(string onnxRuntime, string provider)
    {
        var directory = Path.GetDirectoryName(onnxRuntime);
        string[] needed = ["libonnxruntime_providers_shared.so", $"libonnxruntime_providers_{provider}.so"];
        return string.IsNullOrEmpty(directory) ? null : needed.FirstOrDefault(name => !File.Exists(Path.Combine(directory, name)));
    }
}
