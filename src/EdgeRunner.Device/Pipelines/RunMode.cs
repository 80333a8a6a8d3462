namespace EdgeRunner.Device.Pipelines;

/// <summary>How <c>edgerunner run</c> was asked to run.</summary>
/// <param name="UntilDone">End once every pipeline has come to the end of its input and the outbox is empty; a pipeline that fails is not tried again.</param>
internal sealed record RunMode(bool UntilDone);
