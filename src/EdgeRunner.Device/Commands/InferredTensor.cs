namespace EdgeRunner.Device.Commands;

/// <summary>One output of <c>infer</c>.</summary>
internal sealed record InferredTensor(string Name, string Type, string File);
