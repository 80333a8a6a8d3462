using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Swaps;

/// <summary>The place of the model in a pipeline. The pipeline's thread owns <see cref="Current"/>; one other thread at a time brings the next model, or asks
/// for the present one to be dropped first. Between two windows the pipeline reads one flag; everything else happens only when it is set.</summary>
internal sealed class ModelSlot(ServingModel first) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _arrived = new(false);
    private ServingModel _current = first;
    private SwapTicket? _next;
    private TaskCompletionSource<bool>? _drop;
    private Exception? _failure;
    private bool _isDropped;
    private bool _isClosed;
    private bool _hasRequest;

    /// <summary>The model that serves; after a drop, the one that did.</summary>
    public ServingModel Current => Volatile.Read(ref _current);

    /// <summary>The title of the model before it; null when there was none. Any thread.</summary>
    public string? Previous { get; private set; }

    /// <summary>True when <see cref="Take"/> has something to do.</summary>
    public bool HasRequest => Volatile.Read(ref _hasRequest);

    /// <summary>Brings a model to the pipeline, which takes it between two windows.</summary>
    /// <returns>Null when the pipeline has ended: the model stays the caller's.</returns>
    public SwapTicket? Offer(ServingModel next)
    {
        var ticket = new SwapTicket(next);
        SwapTicket? replaced;
        lock (_gate)
        {
            if (_isClosed) return null;
            (replaced, _next) = (_next, ticket);
            Wake();
        }

        replaced?.Complete(new SwapExchange(Taken: false));
        return ticket;
    }

    /// <summary>Asks the pipeline to let its model go and wait for the next, and waits until it has.</summary>
    /// <returns>The model, now the caller's; null when the pipeline has ended, or came to no window boundary in time and goes on as before.</returns>
    public ServingModel? Drop(TimeSpan patience, TimeProvider timeProvider)
    {
        TaskCompletionSource<bool> drop;
        lock (_gate)
        {
            if (_isClosed) return null;
            _drop = drop = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            Wake();
        }

        using var timeout = new CancellationTokenSource(patience, timeProvider);
        try
        {
            drop.Task.Wait(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (_drop == drop)
                {
                    _drop = null;
                    return null;
                }
            }
        }

        return drop.Task.Result ? Current : null;
    }

    /// <summary>The dropped model cannot be replaced: the pipeline ends with this error and begins anew.</summary>
    public void Fail(Exception failure) =>
        End(new InvalidOperationException($"no model could be loaded in place of the one that was dropped: {failure.Message}", failure));

    /// <summary>The model may not be used any more: the pipeline ends with these words before its next window, and begins anew.</summary>
    public void Withdraw(string words) => End(new InvalidOperationException(words));

    private void End(Exception failure)
    {
        lock (_gate)
        {
            _failure = failure;
            Wake();
        }
    }

    /// <summary>What the other side wants. Waits while the model is dropped and the next has not come. The pipeline's thread.</summary>
    /// <returns>The next model, for <see cref="Exchange"/>; null when there is nothing to do.</returns>
    /// <exception cref="OperationCanceledException">The daemon stops.</exception>
    /// <exception cref="InvalidOperationException">The model was dropped and there is no other, or it was withdrawn.</exception>
    public SwapTicket? Take(CancellationToken cancellationToken)
    {
        while (true)
        {
            SwapTicket? next;
            TaskCompletionSource<bool>? drop;
            lock (_gate)
            {
                if (_failure is { } failure) throw failure;
                (next, _next, drop, _drop) = (_next, null, _drop, null);
                _isDropped = next is null && (_isDropped || drop is not null);
                if (!_isDropped) Volatile.Write(ref _hasRequest, false);
                _arrived.Reset();
            }

            // A model that comes together with a wish to drop makes the wish void.
            drop?.TrySetResult(next is null);
            if (next is not null || !_isDropped) return next;
            _arrived.Wait(cancellationToken);
        }
    }

    /// <summary>The model of a ticket serves from now on. The pipeline's thread.</summary>
    /// <returns>The one that served before.</returns>
    public ServingModel Exchange(SwapTicket ticket)
    {
        var old = _current;
        Previous = old.Title;
        Volatile.Write(ref _current, ticket.Next);
        return old;
    }

    /// <summary>The pipeline has ended: nothing is taken any more, and the model is freed.</summary>
    public void Dispose()
    {
        SwapTicket? next;
        TaskCompletionSource<bool>? drop;
        lock (_gate)
        {
            _isClosed = true;
            (next, _next, drop, _drop) = (_next, null, _drop, null);
        }

        next?.Complete(new SwapExchange(Taken: false));
        drop?.TrySetResult(false);
        _current.Dispose();
        _arrived.Dispose();
    }

    private void Wake()
    {
        if (_isClosed) return;
        Volatile.Write(ref _hasRequest, true);
        _arrived.Set();
    }
}
