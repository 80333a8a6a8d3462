using System.Text.Json.Serialization;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What a command that changes a repository did, as its JSON has it.</summary>
/// <param name="Done">One line for each thing that was done.</param>
/// <param name="Changes">What was staged when signatures were made.</param>
/// <param name="Signed">Signatures that were made.</param>
/// <param name="Published">Roles that are valid now, e.g. <c>models/main v3</c>.</param>
/// <param name="Waiting">What waits for more signatures.</param>
internal sealed record ChangeReport(IReadOnlyList<string> Done, IReadOnlyList<ChangedRole> Changes, IReadOnlyList<MadeSignature> Signed,
    IReadOnlyList<string> Published, IReadOnlyList<WaitingRole> Waiting)
{
    /// <summary>What the person should know: keys that were given and sign nothing of this, rollouts that a forced change takes a release from.</summary>
    [JsonInclude]
    internal IReadOnlyList<string> Warnings { get; init; } = [];
}
