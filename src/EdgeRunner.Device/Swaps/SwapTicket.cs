using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Swaps;

/// <summary>A model on its way into a pipeline. Its task ends when the pipeline has taken it over, or will never.</summary>
internal sealed class SwapTicket(ServingModel next)
{
    private readonly TaskCompletionSource<SwapExchange> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The model. The pipeline's once it has taken it; the offering side's while the task says that it was not taken.</summary>
    public ServingModel Next { get; } = next;

    /// <summary>What became of it.</summary>
    public Task<SwapExchange> Done => _done.Task;

    /// <summary>Ends the task; the first call counts.</summary>
    public void Complete(SwapExchange exchange) => _done.TrySetResult(exchange);
}
