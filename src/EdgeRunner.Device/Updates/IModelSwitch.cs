using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Updates;

/// <summary>Changes what serves, while pipelines run.</summary>
internal interface IModelSwitch
{
    /// <summary>Makes an installed version the active one, durably, and swaps it in everywhere; when one pipeline refuses, nothing changes.</summary>
    Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, CancellationToken cancellationToken);

    /// <summary>The same, because the active version is no good.</summary>
    Task<ActivationReport> ReturnAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Takes the model away from the pipelines that use it: they begin anew with what is active by then, if anything is.</summary>
    Task WithdrawAsync(string model, string words, CancellationToken cancellationToken);
}
