namespace EdgeRunner.Device.Updates;

internal sealed partial class UpdateService
{
    /// <summary>Longest dry run. Nothing else begins meanwhile: two checks would use one memory of what was verified.</summary>
    private static readonly TimeSpan DryRunPatience = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public Task<UpdateAnswer> DryRunAsync(string? directory, CancellationToken cancellationToken) => Ask(async stop =>
    {
        using var patience = new CancellationTokenSource(DryRunPatience, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        var roads = directory is null ? _roads ??= parts.Roads.Open(null) : parts.Roads.Open(directory);
        try
        {
            return await DryRun.TellAsync(parts, checker, roads, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new UpdateAnswer(false, $"the repository gave no answer within {DryRunPatience.TotalSeconds:0} s", UpdateReasons.Unavailable);
        }
        finally
        {
            if (directory is not null) await roads.DisposeAsync().ConfigureAwait(false);
        }
    }, cancellationToken, isAfterCheck: true);
}
