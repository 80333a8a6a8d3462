namespace EdgeRunner.Device.ModelStore;

/// <summary>No bundle with that name is in the store. Says how to get one there.</summary>
internal sealed class ModelNotInstalledException(string name, string directory)
    : Exception($"model {name} is not installed in {directory}; install it with: edgerunner model install FILE.ermodel");
