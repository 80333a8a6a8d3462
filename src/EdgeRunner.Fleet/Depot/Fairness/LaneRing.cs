using EdgeRunner.Fleet.Depot.Answers;

namespace EdgeRunner.Fleet.Depot.Fairness;

/// <summary>Takes turns: one message of each lane after the other, however much a lane has. Thread-safe; one thread takes.</summary>
internal sealed class LaneRing
{
    private readonly Lock _gate = new();
    private readonly Queue<Lane> _turns = new();
    private int _answers;
    private int _active;

    /// <summary>Answers that wait, those in their turn included.</summary>
    internal int Answers => Volatile.Read(ref _answers);

    /// <summary>Lanes with answers.</summary>
    internal int Active => Volatile.Read(ref _active);

    /// <summary>Adds an answer.</summary>
    internal void Add(Lane lane, Answer answer)
    {
        lock (_gate)
        {
            lane.Answers.Enqueue(answer);
            lane.Chunks += answer.Chunks;
            _answers++;
            if (lane.IsActive) return;
            lane.IsActive = true;
            _active++;
            _turns.Enqueue(lane);
        }
    }

    /// <summary>What waits in a lane.</summary>
    internal (int Answers, int Chunks) Waiting(Lane lane)
    {
        lock (_gate) return (lane.Answers.Count, lane.Chunks);
    }

    /// <summary>Takes the lane whose turn it is, and its first answer. Give it back with <see cref="Return"/>.</summary>
    internal bool TryTake(out Lane lane, out Answer answer)
    {
        lock (_gate)
        {
            if (_turns.TryDequeue(out lane!))
            {
                answer = lane.Answers.Peek();
                return true;
            }
            answer = null!;
            return false;
        }
    }

    /// <summary>Ends a turn.</summary>
    /// <param name="lane">From <see cref="TryTake"/>.</param>
    /// <param name="isOver">The answer needs no more turns.</param>
    internal void Return(Lane lane, bool isOver)
    {
        lock (_gate)
        {
            if (isOver)
            {
                lane.Chunks -= lane.Answers.Dequeue().Chunks;
                _answers--;
            }
            if (lane.Answers.Count > 0)
            {
                _turns.Enqueue(lane);
                return;
            }
            lane.IsActive = false;
            _active--;
        }
    }
}
