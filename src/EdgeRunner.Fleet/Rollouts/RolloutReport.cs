using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>What a command did to the rollout of a group, as its JSON has it.</summary>
/// <param name="Group">The group.</param>
/// <param name="Done">One line for each thing that was done.</param>
/// <param name="Warnings">What a person should know.</param>
/// <param name="Published">Roles that are valid now; none when nothing changed.</param>
/// <param name="Desired">What the group is to run now; null when nothing.</param>
internal sealed record RolloutReport(string Group, IReadOnlyList<string> Done, IReadOnlyList<string> Warnings, IReadOnlyList<string> Published, DesiredState? Desired);
