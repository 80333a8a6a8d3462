namespace EdgeRunner.Fleet.Repository;

/// <summary>Why a command failed, as its JSON has it.</summary>
/// <param name="Reason">A stable code.</param>
/// <param name="Role">The role it is about, if it is about one.</param>
/// <param name="File">The file it is about, if it is about one.</param>
/// <param name="Error">What was expected, what there is, and what to do.</param>
internal sealed record FleetFailure(string Reason, string? Role, string? File, string Error);
