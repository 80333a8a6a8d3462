namespace EdgeRunner.Inference.Sessions;

/// <summary>Whether steps of a model that do not depend on each other run side by side.</summary>
public enum ParallelMode
{
    /// <summary>They do when that is faster on this machine, which is measured when the model is loaded.</summary>
    Auto,

    /// <summary>They do; nothing is measured. With no worker there is nobody to run beside.</summary>
    On,

    /// <summary>One after the other; nothing is measured.</summary>
    Off,
}
