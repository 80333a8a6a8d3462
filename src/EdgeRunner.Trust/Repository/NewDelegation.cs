namespace EdgeRunner.Trust.Repository;

/// <summary>A delegation to be, from <c>targets</c>.</summary>
/// <param name="Name">Of the role, e.g. <c>models/vision</c>.</param>
/// <param name="Role">Its keys.</param>
/// <param name="Paths">Patterns of the target paths it may speak for; <c>*</c> does not cross a <c>/</c>.</param>
/// <param name="Terminating">No role after it is asked for these paths.</param>
/// <param name="Online">Signed with online keys, by <c>repo refresh</c>.</param>
public sealed record NewDelegation(string Name, NewRole Role, IReadOnlyList<string> Paths, bool Terminating = true, bool Online = false);
