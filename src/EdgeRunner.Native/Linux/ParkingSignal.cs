using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Wakes one waiting thread. The waiter spins for a bounded time and is then parked in the kernel; nothing is allocated, and a signal to a
/// thread that does not wait yet is kept. Several signals before a wait count as one.</summary>
/// <remarks>The word is in pinned managed memory, which lives as long as this object: a signaller that is late touches nothing that is freed.</remarks>
/// <seealso href="https://man7.org/linux/man-pages/man2/futex.2.html"/>
public sealed unsafe class ParkingSignal
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Parked = 2;

    /// <summary>Looks at the word between two looks at the clock, which costs more.</summary>
    private const int LooksPerClock = 16;

    /// <summary>The word in the middle, with 128 bytes around it on both sides: no other hot word shares a cache line or its neighbour with it.</summary>
    private readonly int[] _memory = GC.AllocateArray<int>(64, pinned: true);
    private readonly int* _word;

    /// <summary>Makes a signal that nobody has given.</summary>
    public ParkingSignal() => _word = (int*)Unsafe.AsPointer(ref _memory[32]);

    /// <summary>Lets the present or next <see cref="Wait"/> return. Any thread. What was written before is seen by the waiter.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref *_word, Signalled) == Parked)
        {
            LibC.Futex(LibC.FutexNumber, _word, LibC.FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
        }
        GC.KeepAlive(_memory);
    }

    /// <summary>Blocks until there is a signal, and takes it. One thread at a time.</summary>
    /// <param name="spinTicks">Ticks of <see cref="Stopwatch"/> to spin before the thread is parked; 0 parks at once.</param>
    public void Wait(long spinTicks)
    {
        if (!Spin(spinTicks) && Interlocked.CompareExchange(ref *_word, Parked, Idle) == Idle)
        {
            // A signal handler, or nobody at all, may wake the thread too.
            while (Volatile.Read(ref *_word) == Parked)
            {
                LibC.Futex(LibC.FutexNumber, _word, LibC.FUTEX_WAIT_PRIVATE, Parked, 0, 0, 0);
            }
        }
        // An exchange and not a write: it also takes in what a second signaller wrote meanwhile.
        Interlocked.Exchange(ref *_word, Idle);
        GC.KeepAlive(_memory);
    }

    private bool Spin(long ticks)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            for (var i = 0; i < LooksPerClock; i++)
            {
                if (Volatile.Read(ref *_word) == Signalled)
                {
                    return true;
                }
                Thread.SpinWait(4);
            }
        }
        while (Stopwatch.GetTimestamp() - start < ticks);
        return false;
    }
}
