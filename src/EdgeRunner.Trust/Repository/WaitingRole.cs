namespace EdgeRunner.Trust.Repository;

/// <summary>A staged file that is not published yet.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Version">Its version.</param>
/// <param name="Requirements">Who has to be content with its signatures.</param>
/// <param name="Reason">What else it waits for, when its own signatures are there; null otherwise.</param>
public sealed record WaitingRole(string Role, long Version, IReadOnlyList<SignatureRequirement> Requirements, string? Reason);
