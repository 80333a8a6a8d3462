using System.Text;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>One publish between the caller and PUBACK. It is its own task source, so a publish costs two allocations.</summary>
/// <remarks>The caller's payload is read while <see cref="TryBeginSend"/> holds it and never after the task has completed.</remarks>
internal sealed class PendingPublish : TaskCompletionSource
{
    /// <summary>What one message takes beside topic and payload, so that many tiny ones are bounded too: this object and its task
    /// (152 bytes, measured), and an estimate of libmosquitto's message and packet.</summary>
    private const int OverheadBytes = 400;

    private const int Queued = 0;
    private const int Sending = 1;
    private const int Sent = 2;
    private const int Done = 3;

    private int _state;
    private CancellationTokenRegistration _cancellation;

    internal PendingPublish(string topic, ReadOnlyMemory<byte> payload, MqttPublishOptions options)
        : base(TaskCreationOptions.RunContinuationsAsynchronously) // a continuation never runs on the network thread
    {
        Topic = topic;
        Payload = payload;
        Options = options;
    }

    internal string Topic { get; }

    internal ReadOnlyMemory<byte> Payload { get; }

    internal MqttPublishOptions Options { get; }

    /// <summary>Timestamp of handing it to the library.</summary>
    internal long SentAt { get; private set; }

    internal int QueueBytes => Topic.Length + Payload.Length + OverheadBytes;

    /// <summary>Whole PUBLISH packet.</summary>
    internal long PacketSize => PublishPacketSize.Compute(Encoding.UTF8.GetByteCount(Topic), Payload.Length, Options);

    internal bool IsQoS0 => Options.QualityOfService == MqttQualityOfService.AtMostOnce;

    /// <summary>Call before anybody else knows of this publish.</summary>
    internal void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (self, token) => ((PendingPublish)self!).Cancel(token), this);
    }

    /// <summary>False when it was cancelled: then nothing of the caller may be touched.</summary>
    internal bool TryBeginSend() => Interlocked.CompareExchange(ref _state, Sending, Queued) == Queued;

    internal void EndSend(long timestamp)
    {
        SentAt = timestamp;
        Volatile.Write(ref _state, Sent);
    }

    internal bool Complete() => Finish() && TrySetResult();

    internal bool Fail(MqttException e) => Finish() && TrySetException(e);

    private void Cancel(CancellationToken token)
    {
        // Sending is a memory copy on the network thread; the payload goes back to the caller only after it.
        var spin = default(SpinWait);
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Sending) spin.SpinOnce();
            else if (Interlocked.CompareExchange(ref _state, Done, state) == state) break;
        }

        TrySetCanceled(token);
    }

    private bool Finish()
    {
        var first = Interlocked.Exchange(ref _state, Done) != Done;
        // Not Dispose: that waits for a cancellation that runs, and it may be waiting for us.
        _cancellation.Unregister();
        return first;
    }
}
