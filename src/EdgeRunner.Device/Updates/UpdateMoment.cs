namespace EdgeRunner.Device.Updates;

/// <summary>Where in the step of a phase.</summary>
internal enum UpdateMoment
{
    /// <summary>The phase is durable, its step has not begun.</summary>
    Entering,

    /// <summary>Some of the step is done.</summary>
    Inside,

    /// <summary>The step is done, the next phase is not yet durable.</summary>
    Leaving,
}
