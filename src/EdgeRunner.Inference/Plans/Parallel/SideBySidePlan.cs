using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>A plan cut into regions, and the workers that may run their members.</summary>
internal sealed class SideBySidePlan
{
    private readonly WorkerSet _workers;
    private readonly PlanRegion[][] _byPhase;

    /// <param name="workers">The set; not owned.</param>
    /// <param name="threads">Threads that may be busy, the calling one included; at least 2.</param>
    /// <param name="nodesByPhase">The plan.</param>
    internal SideBySidePlan(WorkerSet workers, int threads, PlanNode[][] nodesByPhase)
    {
        _workers = workers;
        Threads = threads;
        // The phases differ only in tensors.
        var regions = RegionSplitter.Split([.. nodesByPhase[0].Select(node => node.DependsOn)]);
        _byPhase = Array.ConvertAll(nodesByPhase, nodes => Array.ConvertAll(regions, members => new PlanRegion(
            Array.ConvertAll(members, member => new PlanMember([.. member.Select(node => nodes[node].Step)], member)))
        {
            IsForked = members.Length is > 1 and <= WorkTicket.MaxMembers,
        }));
    }

    /// <summary>Threads that may be busy, the calling one included.</summary>
    internal int Threads { get; }

    /// <summary>Members of the widest region that is run side by side; 1 when there is none.</summary>
    internal int Width => _byPhase[0].Where(region => region.IsForked).Max(region => (int?)region.Members.Length) ?? 1;

    /// <summary>The regions of a phase.</summary>
    internal IReadOnlyList<PlanRegion> Regions(int phase) => _byPhase[phase];

    /// <summary>Keeps a region from being run side by side, in all phases.</summary>
    internal void Join(int region)
    {
        foreach (var regions in _byPhase)
        {
            regions[region].IsForked = false;
        }
    }

    /// <summary>Lets the members of a region be taken in another order, in all phases.</summary>
    internal void Arrange(int region, IReadOnlyList<int> order)
    {
        foreach (var regions in _byPhase)
        {
            regions[region].Arrange(order);
        }
    }

    /// <summary>Runs a phase side by side, unless another plan has the workers: then it does nothing and says false.</summary>
    internal bool TryRun(int phase, OrtRunOptions? options)
    {
        if (!_workers.TryAcquire())
        {
            return false;
        }
        try
        {
            foreach (var region in _byPhase[phase])
            {
                if (region.IsForked)
                {
                    _workers.Run(region, options, Threads);
                }
                else
                {
                    region.RunInTurn(options);
                }
            }
            return true;
        }
        finally
        {
            _workers.Release();
        }
    }
}
