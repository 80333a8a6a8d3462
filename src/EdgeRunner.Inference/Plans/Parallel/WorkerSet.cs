using System.Diagnostics;
using EdgeRunner.Native.Linux;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>A fixed number of threads that take members of a region together with the thread that runs the plan. One plan has them at a time.
/// Nothing is allocated to hand work over.</summary>
/// <remarks>
/// Nobody is given a member: whoever is free takes the next one (<see cref="WorkTicket"/>). A worker that wakes late, because the machine is
/// busy, finds nothing left, and the calling thread has not waited for it. It waits only for members that were taken, and it always does: so no
/// worker touches a tensor after <see cref="Run"/> has returned.
/// </remarks>
internal sealed class WorkerSet : IDisposable
{
    /// <summary>More threads than this gain little and are not what small boards have.</summary>
    internal const int MaxAutomatic = 7;

    private const int CallingThread = -1;

    /// <summary>20 µs: a few times what it takes the kernel to park and wake a thread (5 µs), so that the members of one run, and the regions of one
    /// plan, meet without that; and too short to heat a board at a thousand runs a second.</summary>
    private static readonly long SpinTicks = Stopwatch.Frequency / 50_000;

    private readonly ParkingSignal[] _wake;
    private readonly ParkingSignal _done = new();
    private readonly Thread?[] _threads;
    private readonly Lock _starting = new();
    private PlanRegion? _region;
    private OrtRunOptions? _options;
    private long _ticket;
    private int _remaining;
    private int _failed;
    private int _isTaken;
    private volatile bool _isClosed;

    /// <param name="size">Threads; null is one less than cores, at most <see cref="MaxAutomatic"/>. Never more than one less than cores.</param>
    /// <param name="cores">Processors this process may use.</param>
    internal WorkerSet(int? size, int cores)
    {
        Cores = cores;
        var room = Math.Clamp(cores - 1, 0, WorkTicket.MaxHelpers);
        _wake = new ParkingSignal[Math.Min(size ?? MaxAutomatic, room)];
        _threads = new Thread?[_wake.Length];
        for (var i = 0; i < _wake.Length; i++)
        {
            _wake[i] = new ParkingSignal();
        }
    }

    /// <summary>Processors this process may use.</summary>
    internal int Cores { get; }

    /// <summary>Threads, whether started or not; 0 runs every plan in turn.</summary>
    internal int Size => _wake.Length;

    /// <summary>Threads that run.</summary>
    internal int Running => _threads.Count(thread => thread is { IsAlive: true });

    /// <summary>Whether a run has the set.</summary>
    internal bool IsTaken => Volatile.Read(ref _isTaken) != 0;

    /// <summary>Starts the threads that do not run yet.</summary>
    /// <returns>False when the set is closed, or when the kernel does not let them have the place of the process's first thread, because the calling
    /// one has given its weight away. Another thread may try again.</returns>
    internal bool TryStart()
    {
        lock (_starting)
        {
            for (var i = 0; i < _threads.Length && !_isClosed; i++)
            {
                _threads[i] ??= StartThread(i);
                if (_threads[i] is null)
                {
                    return false;
                }
            }
            return !_isClosed && Size > 0;
        }
    }

    /// <summary>Takes the set for a run, if nobody has it. Never waits.</summary>
    internal bool TryAcquire() => !_isClosed && Interlocked.CompareExchange(ref _isTaken, 1, 0) == 0;

    /// <summary>Gives the set back after <see cref="TryAcquire"/>.</summary>
    internal void Release() => Volatile.Write(ref _isTaken, 0);

    /// <summary>Runs the members of a region and returns when all are done. Only between <see cref="TryAcquire"/> and <see cref="Release"/>.</summary>
    /// <param name="region">At most <see cref="WorkTicket.MaxMembers"/> members.</param>
    /// <param name="options">Shared by all members: ONNX Runtime only reads it in a run, and its terminate flag ends every run that has it.</param>
    /// <param name="threads">Threads that may be busy, the calling one included.</param>
    /// <exception cref="Exception">Of the failed members' errors the one that comes first in the plan.</exception>
    internal void Run(PlanRegion region, OrtRunOptions? options, int threads)
    {
        var members = region.Members.Length;
        var helpers = Math.Min(Math.Min(threads, members) - 1, Size);
        (_region, _options, _failed, _remaining) = (region, options, 0, members);
        Volatile.Write(ref _ticket, WorkTicket.Issue(_ticket, helpers, members));
        for (var i = 0; i < helpers; i++)
        {
            _wake[i].Set();
        }
        if (!TakeMembers(CallingThread))
        {
            _done.Wait(SpinTicks);
        }
        // Nobody looks at them until the next region; a disposed plan is not kept alive by an idle set.
        (_region, _options) = (null, null);
        if (_failed != 0)
        {
            region.ThrowFirst();
        }
    }

    /// <summary>Ends the threads. A run that has them goes on, on its own thread; later runs go in turn.</summary>
    public void Dispose()
    {
        lock (_starting)
        {
            _isClosed = true;
        }
        Array.ForEach(_wake, wake => wake.Set());
        // With a run under way this would last as long as that: a model may hang.
        if (Interlocked.CompareExchange(ref _isTaken, 1, 0) == 0)
        {
            Array.ForEach(_threads, thread => thread?.Join());
        }
    }

    /// <summary>Takes members until none is left.</summary>
    /// <returns>Whether this thread finished the last one of all.</returns>
    private bool TakeMembers(int worker)
    {
        var isLast = false;
        while (TryTake(worker, out var member))
        {
            // Both hold still until the member taken is done.
            if (!_region!.Members[member].TryRun(_options))
            {
                Volatile.Write(ref _failed, 1);
            }
            isLast = Interlocked.Decrement(ref _remaining) == 0;
        }
        return isLast;
    }

    private bool TryTake(int worker, out int member)
    {
        var ticket = Volatile.Read(ref _ticket);
        while (true)
        {
            member = WorkTicket.Next(ticket);
            if (member >= WorkTicket.Members(ticket) || worker >= WorkTicket.Helpers(ticket))
            {
                return false;
            }
            var seen = Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket);
            if (seen == ticket)
            {
                return true;
            }
            ticket = seen;
        }
    }

    private Thread? StartThread(int worker)
    {
        var ready = new ParkingSignal();
        var isInPlace = false;
        var thread = new Thread(() =>
        {
            isInPlace = ThreadPlace.TryTakeFromProcess();
            ready.Set();
            if (isInPlace)
            {
                Work(worker);
            }
        })
        {
            Name = $"inference worker {worker + 1}",
            IsBackground = true,
        };
        thread.Start();
        ready.Wait(spinTicks: 0);
        if (isInPlace)
        {
            return thread;
        }
        thread.Join();
        return null;
    }

    private void Work(int worker)
    {
        while (true)
        {
            _wake[worker].Wait(SpinTicks);
            if (_isClosed)
            {
                return;
            }
            if (TakeMembers(worker))
            {
                _done.Set();
            }
        }
    }
}
