namespace EdgeRunner.Device.ModelStore;

/// <summary>No bundle with that name is in the store, or none of it may be used. Says how to get one there, or why not.</summary>
internal sealed class ModelNotInstalledException : Exception
{
    /// <summary>There is none.</summary>
    public ModelNotInstalledException(string name, string directory)
        : base($"model {name} is not installed in {directory}; install it with: edgerunner model install FILE.ermodel")
    {
    }

    /// <summary>None may be used.</summary>
    public ModelNotInstalledException(string words)
        : base(words)
    {
    }
}
