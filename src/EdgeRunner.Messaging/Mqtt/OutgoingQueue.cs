namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Publishes of one connection in the order of their calls, bounded by messages and bytes; what was taken out for sending counts
/// until it is released. Past the bound a publish waits in a second line, or is not taken. Thread-safe.</summary>
internal sealed class OutgoingQueue(int maxMessages, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingPublish> _ready = new();
    private readonly Queue<PendingPublish> _waiting = new();
    private int _messages;
    private long _bytes;
    private bool _closed;

    /// <summary>Messages admitted and not released.</summary>
    internal int Messages => Volatile.Read(ref _messages);

    /// <summary>Their bytes.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a publish.</summary>
    /// <param name="publish">Not completed by this call.</param>
    /// <param name="wait">Take it even when full; it then gets its turn when there is space.</param>
    /// <returns>Null when it was taken, else why not.</returns>
    internal MqttUnavailableReason? Add(PendingPublish publish, bool wait)
    {
        lock (_gate)
        {
            if (_closed) return MqttUnavailableReason.ConnectionLost;
            if (_waiting.Count == 0 && HasSpaceFor(publish))
            {
                Admit(publish);
                return null;
            }

            if (!wait) return MqttUnavailableReason.QueueFull;
            _waiting.Enqueue(publish);
            return null;
        }
    }

    internal bool TryPeek(out PendingPublish publish)
    {
        lock (_gate) return _ready.TryPeek(out publish!);
    }

    internal void RemoveFirst()
    {
        lock (_gate) _ready.Dequeue();
    }

    /// <summary>Gives the space of a publish back and admits those that wait for it.</summary>
    internal void Release(PendingPublish publish)
    {
        lock (_gate)
        {
            if (_closed) return;
            _messages--;
            _bytes -= publish.QueueBytes;
            while (_waiting.TryPeek(out var next) && HasSpaceFor(next))
            {
                _waiting.Dequeue();
                // The caller gave up: its payload is not ours any more.
                if (!next.Task.IsCompleted) Admit(next);
            }
        }
    }

    /// <summary>Takes nothing more and hands out everything that was not taken out for sending.</summary>
    internal List<PendingPublish> Close()
    {
        lock (_gate)
        {
            _closed = true;
            List<PendingPublish> left = [.. _ready, .. _waiting];
            _ready.Clear();
            _waiting.Clear();
            _messages = 0;
            _bytes = 0;
            return left;
        }
    }

    // A message larger than the whole budget is taken when it is alone, else it would wait for ever.
    private bool HasSpaceFor(PendingPublish publish)
        => _messages == 0 || (_messages < maxMessages && _bytes + publish.QueueBytes <= maxBytes);

    private void Admit(PendingPublish publish)
    {
        _ready.Enqueue(publish);
        _messages++;
        _bytes += publish.QueueBytes;
    }
}
