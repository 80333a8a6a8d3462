namespace EdgeRunner.Device.Commands.BackendTests;

/// <summary>What came of one backend test.</summary>
internal enum BackendTestOutcome
{
    /// <summary>Every output of every data set is inside the tolerance.</summary>
    Passed,

    /// <summary>The model does not load or run, or an output is outside the tolerance.</summary>
    Failed,

    /// <summary>Fails, as the list of known failures says.</summary>
    KnownFailure,

    /// <summary>Takes or gives something other than dense tensors: sequences, optionals, maps.</summary>
    Unsupported,
}
