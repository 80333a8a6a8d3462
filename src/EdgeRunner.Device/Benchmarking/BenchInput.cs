namespace EdgeRunner.Device.Benchmarking;

/// <summary>What the model was fed.</summary>
/// <param name="Kind"><c>golden</c>, <c>files</c> or <c>random</c>.</param>
/// <param name="Description">In words: the golden case, the files, the seed.</param>
/// <param name="Entries">Values of the inputs that take turns; 1 repeats the same.</param>
internal sealed record BenchInput(string Kind, string Description, int Entries);
