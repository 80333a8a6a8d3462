using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>What <c>rollout show</c> and <c>rollout list</c> say of a group: the published document, and what keeps devices from it.</summary>
/// <param name="Format">Of the document.</param>
/// <param name="Group">The group.</param>
/// <param name="Models">What it is to run.</param>
internal sealed record ShownRollout(int Format, string Group, IReadOnlyDictionary<string, DesiredModel> Models)
{
    private readonly Dictionary<string, IReadOnlyList<string>> _problems = new(StringComparer.Ordinal);

    /// <summary>One line for each release that devices cannot get or must not run; none when all is well.</summary>
    public IReadOnlyList<string> Problems => [.. _problems.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => p.Value)];

    internal static ShownRollout Of(RepositoryContent content, DesiredState state)
    {
        var shown = new ShownRollout(state.Format, state.Group, state.Models);
        foreach (var wanted in WantedRelease.Of(state).GroupBy(w => w.Model, StringComparer.Ordinal))
        {
            shown._problems.Add(wanted.Key, RolloutObstacle.Of(content, wanted));
        }
        return shown;
    }

    internal IReadOnlyList<string> ProblemsOf(string model) => _problems.GetValueOrDefault(model) ?? [];
}
