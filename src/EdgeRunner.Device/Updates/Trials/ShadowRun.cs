using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>A shadow run in all pipelines that use a model. For a thread of its own that gives way to all others.</summary>
/// <param name="preparation">Loads the new version.</param>
/// <param name="path">Its bundle.</param>
/// <param name="wanted">Windows to compare in each pipeline.</param>
/// <param name="time">Longest time.</param>
/// <param name="timeProvider">Measures it.</param>
/// <param name="progress">Told at most a few times a second.</param>
internal sealed class ShadowRun(SwapPreparation preparation, string path, long wanted, TimeSpan time, TimeProvider timeProvider, IProgress<TrialProgress> progress)
{
    /// <summary>How long the thread sleeps when it has caught up: a slot or two of a fast pipeline, and too seldom to be seen in its processor time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    /// <summary>Compares until each pipeline has given enough windows, has ended, or the time is over.</summary>
    /// <exception cref="OperationCanceledException">It was given up; everything it had is freed.</exception>
    public IReadOnlyList<ShadowComparison> Run(IReadOnlyList<PipelineWorker> workers, CancellationToken cancellationToken)
    {
        List<PipelineShadow> shadows = [];
        List<ShadowComparison> results = [];
        try
        {
            foreach (var worker in workers)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    shadows.Add(Begin(worker));
                    results.Add(shadows[^1].Result);
                }
                // Whatever keeps it from running beside the old one, out of memory included, is what the report says: the old one goes on.
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    results.Add(new ShadowComparison(worker.Name, e.Message));
                }
            }

            Compare(shadows, cancellationToken);
            return results;
        }
        finally
        {
            shadows.ForEach(shadow => shadow.Dispose());
            ProcessHeap.Trim();
        }
    }

    private PipelineShadow Begin(PipelineWorker worker)
    {
        if (worker.Loop is not { } loop) throw new SwapRefusedException("it does not run now");
        if (loop.Guard.Off is not null) throw new SwapRefusedException("its present model is turned off");
        var old = loop.Parts.Model;
        using var bundle = ModelBundle.Open(path, BundleLimits.Default);
        var fit = SwapPreparation.Fit(bundle, worker, loop);
        if (fit.Input.Type != old.Input.Spec.Type)
            throw new SwapRefusedException($"its input {fit.Input.Name} and that of the present version, {old.Input.Name}, are of different types, so the windows of one are none for the other");
        preparation.RequireRoomBeside(bundle);
        var candidate = preparation.Load(bundle, worker, loop).Model;
        try
        {
            return new PipelineShadow(worker, loop, old, candidate, preparation.Guard(worker.Options.Guard));
        }
        catch
        {
            candidate.Dispose();
            throw;
        }
    }

    private void Compare(List<PipelineShadow> shadows, CancellationToken cancellationToken)
    {
        var (begin, told) = (timeProvider.GetTimestamp(), timeProvider.GetTimestamp());
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // First whether more can come, then what there is: so the last windows of a pipeline that ends are not lost.
            var open = shadows.Where(shadow => !shadow.IsOff && !shadow.IsOver && shadow.Result.Compared < wanted).ToList();
            var found = false;
            foreach (var shadow in shadows.Where(shadow => shadow.Result.Compared < wanted)) found |= shadow.TryNext();
            if (timeProvider.GetElapsedTime(told) >= Beat)
            {
                told = timeProvider.GetTimestamp();
                if (open.Count > 0) progress.Report(new TrialProgress(open.Min(shadow => shadow.Result.Compared), wanted));
            }

            if (found && timeProvider.GetElapsedTime(begin) < time) continue;
            if (open.Count == 0 || timeProvider.GetElapsedTime(begin) >= time) return;
            cancellationToken.WaitHandle.WaitOne(Pause);
        }
    }
}
