using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>What a person can do to models where no desired state is followed: in a daemon without a group, and on the stores of a daemon that does not run. One
/// call at a time.</summary>
/// <param name="stores">States, pins and the rest on disk.</param>
/// <param name="models">Changes what serves.</param>
/// <param name="timeProvider">Dates what is done.</param>
internal sealed class ManualControl(UpdateStores stores, IModelSwitch models, TimeProvider timeProvider) : IUpdateControl
{
    private static readonly UpdateAnswer NoGroup = new(false, "this device follows no group, so there is nothing to check; set updates.group and updates.rootFile");

    private BundleStore Bundles => stores.Bundles;

    /// <inheritdoc/>
    public UpdateStatus? Snapshot() => null;

    /// <inheritdoc/>
    public Task<UpdateAnswer> CheckNowAsync(string? directory, bool retry, CancellationToken cancellationToken) => Task.FromResult(NoGroup);

    /// <inheritdoc/>
    public Task<UpdateAnswer> DryRunAsync(string? directory, CancellationToken cancellationToken) => Task.FromResult(NoGroup);

    /// <inheritdoc/>
    public Task<UpdateAnswer> RollBackAsync(string model, CancellationToken cancellationToken) => RollBackAsync(model, null, cancellationToken);

    /// <inheritdoc/>
    public async Task<UpdateAnswer> RollBackAsync(string model, string? to, CancellationToken cancellationToken)
    {
        if (FindNonsense(model) is { } nonsense) return nonsense;
        var record = stores.States.Read(model);
        if (Bundles.InUse(model) is not { } active)
            return new UpdateAnswer(false, Bundles.Withheld(model) ?? $"{model} is not in use on this device; edgerunner model list shows what is installed");
        if (to is not null && ManualChange.FindObstacle(Bundles, record, to) is { } obstacle) return obstacle;
        if ((to ?? ManualChange.BeforePresent(Bundles, record)) is not { } version) return ManualChange.NothingBefore(record, active);
        if (string.Equals(version, active, StringComparison.Ordinal)) return new UpdateAnswer(true, $"{model} {active} serves already");
        return await ChangeAsync(record, active, version, isReturn: true, cancellationToken).ConfigureAwait(false) is { } refusal
            ? refusal
            : new UpdateAnswer(true, $"{model} {version} serves; {active} is not taken again by itself (edgerunner update check --retry lets it)");
    }

    /// <inheritdoc/>
    public async Task<UpdateAnswer> ActivateAsync(string model, string version, CancellationToken cancellationToken)
    {
        if (FindNonsense(model) is { } nonsense) return nonsense;
        var record = stores.States.Read(model);
        if (ManualChange.FindObstacle(Bundles, record, version) is { } obstacle) return obstacle;
        var active = Bundles.InUse(model);
        if (string.Equals(version, active, StringComparison.Ordinal)) return new UpdateAnswer(true, $"{model} {version} serves already");
        return await ChangeAsync(record, active, version, isReturn: false, cancellationToken).ConfigureAwait(false) is { } refusal
            ? refusal
            : new UpdateAnswer(true, $"{model} {version} serves");
    }

    /// <inheritdoc/>
    public async Task<UpdateAnswer> PinAsync(string model, string? version, CancellationToken cancellationToken)
    {
        if (FindNonsense(model) is { } nonsense) return nonsense;
        if ((version ?? Bundles.InUse(model)) is not { } wanted) return new UpdateAnswer(false, $"{model} is not in use on this device; name the version: edgerunner model pin {model} VERSION");
        var left = Bundles.InUse(model);
        var answer = await ActivateAsync(model, wanted, cancellationToken).ConfigureAwait(false);
        if (!answer.Done) return answer;
        if (stores.States.Read(model) is var record && ManualChange.IsOnTrial(record, wanted)) stores.States.Write(ManualChange.Settled(record));
        stores.Pins.Set(model, wanted);
        return new UpdateAnswer(true, ManualChange.Pinned(model, wanted, left, stores.Denied));
    }

    /// <inheritdoc/>
    public Task<UpdateAnswer> UnpinAsync(string model, CancellationToken cancellationToken) => Task.FromResult(
        stores.Pins.Remove(model) is { } version ? new UpdateAnswer(true, ManualChange.Unpinned(model, version, stores.Denied)) : ManualChange.NotPinned(Bundles, stores.States, model));

    // The deny list before the change: a power cut between them costs a retry by hand, the other way round the version would be back at once.
    private async Task<UpdateAnswer?> ChangeAsync(UpdateRecord record, string? active, string version, bool isReturn, CancellationToken cancellationToken)
    {
        var model = record.Model;
        var words = $"a person went from {active ?? "nothing"} to {version}";
        stores.Denied.Clear(model, version);
        var left = record.Find(active);
        if (left is not null) stores.Denied.Add(new DeniedRelease(left.Sha256, model, left.Version, UpdateReasons.RolledBackByHand, words, timeProvider.GetUtcNow()));
        var report = isReturn
            ? await models.ReturnAsync(model, version, cancellationToken).ConfigureAwait(false)
            : await models.ActivateAsync(model, version, null, cancellationToken).ConfigureAwait(false);
        if (!report.Activated)
        {
            if (left is not null) stores.Denied.Clear(model, left.Version); // Not by a null, which would be all of the model's.
            return new UpdateAnswer(false, $"{version} was refused, {active ?? "nothing"} goes on: {report.Reason}", UpdateReasons.SwapRefused);
        }

        if (record.Phase != UpdatePhase.Idle) stores.States.Write(ManualChange.Settled(record));
        stores.History.Add(new HistoryEntry(timeProvider.GetUtcNow(), model, version, "activated") { From = active, Active = version, Release = record.Find(version)?.Number, Words = "by hand" });
        return null;
    }

    private static UpdateAnswer? FindNonsense(string model) =>
        Configuration.SectionCheck.IsName(model) ? null : new UpdateAnswer(false, $"\"{model}\" cannot be the name of a model; expected 1 to 64 of A-Z a-z 0-9 . _ -");
}
