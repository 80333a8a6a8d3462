using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Updates;

/// <summary>Changes what serves, while pipelines run.</summary>
internal interface IModelSwitch
{
    /// <summary>Makes an installed version the active one, durably, and swaps it in everywhere; when one pipeline refuses, nothing changes.</summary>
    Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, CancellationToken cancellationToken) =>
        ActivateAsync(model, version, peakBytes, static () => { }, cancellationToken);

    /// <summary>The same, and tells when it becomes earnest.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">An installed version.</param>
    /// <param name="peakBytes">Memory that a probe has measured; null for what the manifest declares.</param>
    /// <param name="begins">Called before anything of the version is loaded here or it becomes the active one, from when on it could do harm; not when the change is refused
    /// before. What it throws refuses the change. Any thread.</param>
    /// <param name="cancellationToken">Gives up waiting for changes before this one.</param>
    Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, Action begins, CancellationToken cancellationToken);

    /// <summary>The same, because the active version is no good.</summary>
    Task<ActivationReport> ReturnAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Takes the model away from the pipelines that use it: they begin anew with what is active by then, if anything is.</summary>
    Task WithdrawAsync(string model, string words, CancellationToken cancellationToken);
}
