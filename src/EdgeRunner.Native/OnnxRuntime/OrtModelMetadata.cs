namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>What the maker of a model wrote into it; each may be empty.</summary>
/// <param name="Producer">The tool that wrote the file, e.g. <c>pytorch</c>.</param>
/// <param name="GraphName">Name of the graph.</param>
/// <param name="GraphDescription">Text on the graph.</param>
/// <param name="Domain">Reverse domain name of the maker.</param>
/// <param name="Description">Text on the model.</param>
/// <param name="Version">A number the maker counts up.</param>
/// <param name="Custom">Whatever else was put in.</param>
public sealed record OrtModelMetadata(
    string Producer,
    string GraphName,
    string GraphDescription,
    string Domain,
    string Description,
    long Version,
    IReadOnlyDictionary<string, string> Custom);
