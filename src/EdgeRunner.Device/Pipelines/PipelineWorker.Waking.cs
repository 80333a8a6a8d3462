namespace EdgeRunner.Device.Pipelines;

internal sealed partial class PipelineWorker
{
    private readonly Lock _waking = new();
    private readonly List<TaskCompletionSource<Exception?>> _asked = [];
    private readonly List<TaskCompletionSource<Exception?>> _underWay = [];
    private CancellationTokenSource? _pause;

    /// <summary>Another version of its model is the active one: a pause before the next attempt ends now. Nothing for a pipeline that runs. Any thread.</summary>
    /// <returns>Ends with the first attempt that begins after this call: with null when the pipeline runs, else with why it does not. Never faults.</returns>
    public Task<Exception?> Wake()
    {
        lock (_waking)
        {
            if (Loop is not null) return Task.FromResult<Exception?>(null);
            if (IsDone) return Task.FromResult(Fault);
            var answer = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked.Add(answer);
            if (!_once) _pause?.Cancel(); // Its thread waits on the handle alone: nothing runs here.
            return answer.Task;
        }
    }

    // Who has asked before a turn begins is answered with what comes of it; who asks in the middle of one, with the next.
    private void BeginTurn(CancellationTokenSource? pause)
    {
        lock (_waking)
        {
            _pause = pause;
            if (pause is null) return;
            _underWay.AddRange(_asked);
            _asked.Clear();
        }
    }

    /// <summary>Tells those who wait.</summary>
    /// <param name="fault">Null when it runs.</param>
    /// <param name="isOver">True when no later attempt can be meant: all are told.</param>
    private void Answer(Exception? fault, bool isOver)
    {
        lock (_waking)
        {
            foreach (var answer in _underWay.Concat(isOver ? _asked : [])) answer.TrySetResult(fault);
            _underWay.Clear();
            if (isOver) _asked.Clear();
        }
    }
}
