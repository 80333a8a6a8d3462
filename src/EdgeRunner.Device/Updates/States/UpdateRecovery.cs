using EdgeRunner.Device.ModelStore;

namespace EdgeRunner.Device.Updates.States;

/// <summary>Looks at the states before any pipeline loads a model, so that a version that took the daemon down is not loaded again.</summary>
/// <param name="store">The states.</param>
/// <param name="ledger">Ends updates.</param>
/// <param name="bundles">The installed bundles.</param>
/// <param name="bootId">This boot.</param>
/// <param name="say">Told what could not be put right.</param>
internal sealed class UpdateRecovery(UpdateStore store, UpdateLedger ledger, BundleStore bundles, string bootId, Action<string> say)
{
    /// <summary>Puts every model right. Never throws: the daemon starts whatever the disk does.</summary>
    public void Run()
    {
        foreach (var model in Models())
        {
            try
            {
                Recover(store.Read(model));
            }
            // Whatever it is, a fault of ours included: a device whose daemon does not start helps nobody.
            catch (Exception e)
            {
                say($"the update of {model} could not be put right at the start: {e.Message}");
            }
        }
    }

    private IReadOnlyList<string> Models()
    {
        try
        {
            return store.Models();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"the states of updates cannot be listed at the start: {e.Message}");
            return [];
        }
    }

    private void Recover(UpdateRecord record)
    {
        try
        {
            GoOn(record);
        }
        finally
        {
            // Whatever else fails, on a full disk for example; and also when a person made it the active one again while the daemon was dead.
            if (bundles.InUse(record.Model) is { } active && record.IsRevoked(active)) bundles.Withhold(record.Model, UpdateLedger.Revoked(record, active));
        }
    }

    private void GoOn(UpdateRecord record)
    {
        switch (record.Phase)
        {
            case UpdatePhase.Trial when record.CleanStop:
                Finish(ledger.Enter(record with { CleanStop = false, BootId = bootId }, UpdatePhase.Trial, counts: false)); // A stop in order is no going around.
                break;
            case UpdatePhase.Trial when string.Equals(record.BootId, bootId, StringComparison.Ordinal):
                Fail(record, UpdateReasons.TrialCrash, $"the daemon died during the trial of {record.Target?.Version}");
                break;
            case UpdatePhase.Trial when record.Interruptions > 0:
                Fail(record, UpdateReasons.TrialInterrupted, $"power was lost twice during the trial of {record.Target?.Version}; whether it is the model that draws too much is not known");
                break;
            case UpdatePhase.Trial:
                Finish(ledger.Enter(record with { Interruptions = record.Interruptions + 1, BootId = bootId }, UpdatePhase.Trial));
                break;
            default:
                Finish(record);
                break;
        }
    }

    private void Fail(UpdateRecord record, string code, string words)
    {
        UpdateRecord failed;
        try
        {
            failed = ledger.IsDamaged(record)
                ? ledger.Fail(store.CountSpoiled(record), UpdateReasons.DigestMismatch, $"{words}; its bundle is not what was put into the store any more, or cannot be read, so that nothing is said of the release: look at the storage", denies: false)
                : ledger.Fail(record, code, words, denies: true);
        }
        catch
        {
            // A disk that takes no state may still take this, and the model must not be loaded again.
            if (ledger.ReturnTarget(record) is { } version) bundles.Return(record.Model, version);
            throw;
        }

        Finish(failed);
    }

    private void Finish(UpdateRecord record)
    {
        if (record.Phase == UpdatePhase.RollingBack) ledger.RollBackOnDisk(record);
        else ledger.Settle(record);
    }
}
