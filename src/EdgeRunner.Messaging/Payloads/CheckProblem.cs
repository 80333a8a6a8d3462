namespace EdgeRunner.Messaging.Payloads;

/// <summary>Why a device's last check for releases had no answer that it could use.</summary>
/// <param name="Code">Stable code, e.g. <c>metadata-refused</c>. All of them: docs/updates.md.</param>
/// <param name="Words">The same in plain words.</param>
public sealed record CheckProblem(string Code, string Words);
