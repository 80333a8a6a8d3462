using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Updates.Trials;

internal sealed partial class TrialRunner
{
    /// <summary>Weight of the thread that runs the new version in the shadow: it takes what the pipelines leave.</summary>
    private const int ShadowNice = 10;

    /// <inheritdoc/>
    public async Task<TrialVerdict> ShadowAsync(Release release, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken)
    {
        var inForce = TrialLimitsInForce.Of(options, limits);
        if (inForce.ShadowWindows == 0) return new TrialVerdict(null, "no shadow run is asked for");
        var users = UsersOf(release.Model);
        if (users.Count == 0) return new TrialVerdict(null, $"no shadow run: no pipeline uses {release.Model}");
        if (store.FindBundle(release.Model, release.Version) is not { } path) return new TrialVerdict(null, $"no shadow run: {release.Title} is not installed in {store.Root}");
        var run = new ShadowRun(preparation, path, inForce.ShadowWindows, inForce.Time, timeProvider, progress);
        var results = await RunLowAsync(() => run.Run(users, cancellationToken)).ConfigureAwait(false);
        return new TrialVerdict(null, $"shadow run of {release.Title}, which decides nothing: {string.Join("; ", results.Select(result => result.Describe()))}");
    }

    // Threads that ONNX Runtime starts for the session inherit the weight, which is what they should have here: they go with it.
    private static Task<T> RunLowAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            ThreadWeight.TryLower(ShadowNice);
            try
            {
                done.SetResult(work());
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
            // Goes to the caller, whatever it is; here it would end the process.
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { Name = "shadow run", IsBackground = true };
        thread.Start();
        return done.Task;
    }
}
