using System.Collections.Concurrent;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Probing;
using EdgeRunner.TestSupport;

namespace EdgeRunner.ModelMutants;

/// <summary>Puts mutants through the real probe: each is loaded and run in a child of its own, under limits.</summary>
internal sealed class MutationRun(string program, int seed, int parallel)
{
    // Tight, so that a mutant that eats or spins costs seconds; a good one needs a tenth of it.
    private static readonly ProbeLimits Limits = new() { MemoryBytes = 256 << 20, CpuSeconds = 8, WallSeconds = 20, Runs = 5, P99Microseconds = 1_000_000 };

    private readonly ConcurrentBag<MutantResult> _results = [];

    /// <summary>What was found so far, by number.</summary>
    internal IReadOnlyList<MutantResult> Results => [.. _results.OrderBy(result => result.Number)];

    /// <summary>Probes mutants <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    internal async Task<IReadOnlyList<MutantResult>> RunAsync(int first, int count, Action<int>? progress = null, CancellationToken cancellationToken = default)
    {
        using var directory = new TempDirectory();
        var models = BaseModel.All();
        var probe = new ModelProbe(
            new InferenceOptions { OnnxRuntime = TestPaths.OnnxRuntimeLibrary }, TimeProvider.System, new ProbeProgram(program, [ProbeProgram.ChildCommand]));
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(first, count), options, async (number, token) =>
        {
            var mutant = Mutant.Make(models, seed, number);
            var file = directory.File($"{number}.ermodel");
            await File.WriteAllBytesAsync(file, mutant.Bundle, token).ConfigureAwait(false);
            var report = await probe.RunAsync(file, Limits, token).ConfigureAwait(false);
            _results.Add(new MutantResult(number, mutant.Model, mutant.Mutation, report.ReasonCode, report.Stage, report.Signal, report.Detail, report.ElapsedMilliseconds));
            File.Delete(file);
            progress?.Invoke(_results.Count);
        }).ConfigureAwait(false);
        return Results;
    }
}
