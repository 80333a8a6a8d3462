namespace EdgeRunner.Device.Swaps;

/// <summary>What became of a new model in one pipeline.</summary>
internal enum SwapOutcome
{
    /// <summary>It serves.</summary>
    Swapped,

    /// <summary>It is loaded and serves from the next window on; the source was silent until now.</summary>
    Pending,

    /// <summary>The pipeline did not run, waiting for a model or for its next attempt, and has begun with it.</summary>
    Started,

    /// <summary>The pipeline does not run now; it takes the new version when it starts.</summary>
    NextStart,

    /// <summary>It was not taken; the old one goes on.</summary>
    Refused,

    /// <summary>It was fine, but another pipeline refused it, and all that use a model change together or not at all; the old one goes on.</summary>
    Unchanged,
}
