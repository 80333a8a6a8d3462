namespace EdgeRunner.Inference.Graphs;

/// <summary>Where a graph tensor's value comes from.</summary>
public enum GraphTensorKind
{
    /// <summary>Filled by the caller before each run.</summary>
    Input,

    /// <summary>Written in the manifest.</summary>
    Constant,

    /// <summary>Left by the run before.</summary>
    State,

    /// <summary>Made by a step of this run.</summary>
    Made,
}
