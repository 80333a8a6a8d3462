using EdgeRunner.Inference.Plans;
using EdgeRunner.Inference.Plans.Parallel;
using EdgeRunner.Native.Linux;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Plans.Parallel;

public sealed class WorkerSetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(null, 1, 0)]
    [InlineData(null, 2, 1)]
    [InlineData(null, 4, 3)]
    [InlineData(null, 64, 7)]
    [InlineData(0, 4, 0)]
    [InlineData(2, 4, 2)]
    [InlineData(9, 4, 3)]
    [InlineData(20, 64, 20)]
    public void Set_has_a_thread_less_than_cores_at_most_seven_or_as_many_as_wanted(int? size, int cores, int expected)
    {
        using var workers = new WorkerSet(size, cores);
        Assert.Equal((expected, 0), (workers.Size, workers.Running));
    }

    [Fact]
    public void Any_plan_gives_side_by_side_what_it_gives_in_turn()
    {
        using var workers = Start(3);
        Prop.ForAll(AnyDependencies.Arbitrary, dependsOn =>
        {
            var (expected, found) = (new long[dependsOn.Length], new long[dependsOn.Length]);
            var inTurn = NumberStep.Plan(expected, dependsOn);
            var beside = new SideBySidePlan(workers, 4, [NumberStep.Plan(found, dependsOn)]);
            for (var run = 0; run < 20; run++)
            {
                Array.ForEach(inTurn, node => node.Step.Run(options: null));
                if (!beside.TryRun(0, options: null) || !expected.SequenceEqual(found))
                {
                    return false;
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Members_run_at_the_same_time_on_threads_of_their_own()
    {
        using var workers = Start(2);
        using var all = new Barrier(3);
        var threads = new int[3];
        var plan = Independent(3, out var steps);
        for (var i = 0; i < steps.Length; i++)
        {
            var member = i;
            steps[i].Running = _ =>
            {
                Assert.True(all.SignalAndWait(Patience), "the members wait for each other in vain");
                threads[member] = Environment.CurrentManagedThreadId;
            };
        }
        Assert.True(new SideBySidePlan(workers, 3, [plan]).TryRun(0, options: null));
        Assert.Equal(3, threads.Distinct().Count());
    }

    [Fact]
    public void No_more_threads_are_busy_than_allowed_even_if_there_are_more_workers()
    {
        using var workers = Start(3);
        var (busy, most) = (0, 0);
        var plan = Independent(12, out var steps);
        foreach (var step in steps)
        {
            step.Running = _ =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref busy));
                Thread.Yield();
                Interlocked.Decrement(ref busy);
            };
        }
        var all = new SideBySidePlan(workers, 4, [plan]);
        var two = new SideBySidePlan(workers, 2, [plan]);
        for (var i = 0; i < 300; i++)
        {
            // Wakes all workers, some of which come late, into the run for two.
            Assert.True(all.TryRun(0, options: null));
            most = 0;
            Assert.True(two.TryRun(0, options: null));
            Assert.InRange(most, 1, 2);
        }
    }

    [Fact]
    public void Errors_come_out_on_the_calling_thread_after_all_members_are_done_and_the_first_of_the_plan_wins()
    {
        using var workers = Start(2);
        using var all = new Barrier(3);
        var finished = 0;
        var plan = Independent(3, out var steps);
        for (var i = 0; i < steps.Length; i++)
        {
            var member = i;
            steps[i].Running = _ =>
            {
                Assert.True(all.SignalAndWait(Patience));
                Interlocked.Increment(ref finished);
                if (member > 0)
                {
                    throw new InvalidOperationException($"member {member}");
                }
            };
        }
        var beside = new SideBySidePlan(workers, 3, [plan]);
        for (var run = 1; run <= 50; run++)
        {
            Assert.Equal("member 1", Assert.Throws<InvalidOperationException>(() => beside.TryRun(0, options: null)).Message);
            Assert.Equal(3 * run, finished);
        }
        Array.ForEach(steps, step => step.Running = null);
        Assert.True(beside.TryRun(0, options: null));
    }

    [Fact]
    public void Second_plan_does_not_wait_for_the_workers()
    {
        using var workers = Start(1);
        var (one, other) = (new SideBySidePlan(workers, 2, [Independent(2, out var steps)]), new SideBySidePlan(workers, 2, [Independent(2, out _)]));
        bool? second = null;
        steps[0].Running = _ => second = other.TryRun(0, options: null);
        Assert.True(one.TryRun(0, options: null));
        Assert.False(second);
        Assert.True(other.TryRun(0, options: null));
    }

    [Fact]
    public void Run_allocates_nothing_on_any_of_its_threads()
    {
        using var workers = Start(2);
        var beside = new SideBySidePlan(workers, 3, [Independent(9, out _)]);
        Assert.Equal(0, Allocations.Of(() => beside.TryRun(0, options: null), calls: 1000));
    }

    [Fact]
    public void Disposed_set_has_no_threads_and_runs_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            var workers = Start(3);
            var beside = new SideBySidePlan(workers, 4, [Independent(8, out _)]);
            Assert.True(beside.TryRun(0, options: null));
            workers.Dispose();
            Assert.Equal(0, workers.Running);
            Assert.False(beside.TryRun(0, options: null));
            Assert.False(workers.TryStart());
            workers.Dispose();
        }
    }

    [Fact]
    public void Run_that_is_under_way_when_the_set_is_disposed_is_completed()
    {
        var workers = Start(2);
        var numbers = new long[8];
        var plan = NumberStep.Plan(numbers, [.. Enumerable.Repeat(Array.Empty<int>(), 8)]);
        ((NumberStep)plan[0].Step).Running = _ => workers.Dispose();
        Assert.True(new SideBySidePlan(workers, 3, [plan]).TryRun(0, options: null));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], numbers);
        SpinWait.SpinUntil(() => workers.Running == 0, Patience);
        Assert.Equal(0, workers.Running);
    }

    [Fact]
    public void Workers_run_where_the_process_may_whoever_started_them()
    {
        var cpus = CpuAffinity.OfProcess();
        using var workers = new WorkerSet(1, cores: 2);
        var started = false;
        // Not a thread of the pool: it keeps its place.
        var pinned = new Thread(() => started = CpuAffinity.TryPinThread([cpus[0]], out _) && workers.TryStart());
        pinned.Start();
        pinned.Join();
        Assert.True(started);

        using var both = new Barrier(2);
        var (caller, found) = (Environment.CurrentManagedThreadId, new List<int>());
        var plan = Independent(2, out var steps);
        Array.ForEach(steps, step => step.Running = _ =>
        {
            Assert.True(both.SignalAndWait(Patience));
            if (Environment.CurrentManagedThreadId != caller)
            {
                found.AddRange(CpuAffinity.OfThread());
            }
        });
        Assert.True(new SideBySidePlan(workers, 2, [plan]).TryRun(0, options: null));
        Assert.Equal(cpus, found);
    }

    private static WorkerSet Start(int size)
    {
        var workers = new WorkerSet(size, cores: size + 1);
        Assert.True(workers.TryStart());
        Assert.Equal(size, workers.Running);
        return workers;
    }

    private static PlanNode[] Independent(int count, out NumberStep[] steps)
    {
        var plan = NumberStep.Plan(new long[count], [.. Enumerable.Repeat(Array.Empty<int>(), count)]);
        steps = [.. plan.Select(node => (NumberStep)node.Step)];
        return plan;
    }

    private static void InterlockedMax(ref int value, int candidate)
    {
        for (var seen = Volatile.Read(ref value); candidate > seen; seen = Volatile.Read(ref value))
        {
            Interlocked.CompareExchange(ref value, candidate, seen);
        }
    }
}
