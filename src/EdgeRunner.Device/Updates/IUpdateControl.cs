namespace EdgeRunner.Device.Updates;

/// <summary>What a person beside the device can ask of updates. Thread-safe; each call ends with the answer, and a refusal is an answer and no exception.</summary>
internal interface IUpdateControl
{
    /// <summary>Refreshes the metadata now and begins what is to be done. The answer comes after the check and before the download.</summary>
    /// <param name="directory">A repository in a directory, for this check and what comes of it; null for the roads of the configuration.</param>
    /// <param name="retry">Also tries releases again that were refused here.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<UpdateAnswer> CheckNowAsync(string? directory, bool retry, CancellationToken cancellationToken);

    /// <summary>Refreshes the metadata now and tells what would be taken and whether this device could; nothing is fetched or changed.</summary>
    /// <param name="directory">See <see cref="CheckNowAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<UpdateAnswer> DryRunAsync(string? directory, CancellationToken cancellationToken);

    /// <summary>Returns to the good version before. The release that is left is not taken again by itself.</summary>
    Task<UpdateAnswer> RollBackAsync(string model, CancellationToken cancellationToken);

    /// <summary>As <see cref="RollBackAsync(string, CancellationToken)"/>, to a version that the person names.</summary>
    /// <param name="model">The model.</param>
    /// <param name="to">An installed version; null for the one before.</param>
    /// <param name="cancellationToken">Gives up waiting; a change that has begun is finished.</param>
    Task<UpdateAnswer> RollBackAsync(string model, string? to, CancellationToken cancellationToken);

    /// <summary>Fixes a model on an installed version and makes it the active one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">An installed version; null for the one that is active.</param>
    /// <param name="cancellationToken">Gives up waiting; a change that has begun is finished.</param>
    Task<UpdateAnswer> PinAsync(string model, string? version, CancellationToken cancellationToken);

    /// <summary>Takes the pin off; the model follows the desired state again.</summary>
    Task<UpdateAnswer> UnpinAsync(string model, CancellationToken cancellationToken);

    /// <summary>Makes an installed version the active one. The desired state may move it again, unless it is pinned.</summary>
    Task<UpdateAnswer> ActivateAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Where everything is; null when the configuration states no group.</summary>
    UpdateStatus? Snapshot();
}
