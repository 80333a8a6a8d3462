using System.CommandLine;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>One change of what a group is to run: read, changed and published under the lock of the repository. Needs the online keys and no person's.</summary>
internal sealed class RolloutChange : IDisposable
{
    /// <summary>A refresh or a person holds the lock for moments; an hourly job must not make a rollout fail.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TufRepository _repository;
    private readonly string _group;

    private RolloutChange(TufRepository repository, string group) => (_repository, _group) = (repository, group);

    internal RepositoryContent Content => _repository.Content;

    internal static async Task<RolloutChange> OpenAsync(ParseResult parsed, RepoOptions repo, string group, CommandEnvironment environment, CancellationToken cancellationToken) =>
        new(await RepoRefreshCommand.OpenAsync(parsed.GetRequiredValue(repo.Directory), parsed.GetValue(repo.OnlineKeys), Patience, environment.TimeProvider, cancellationToken).ConfigureAwait(false), group);

    /// <summary>What stands; null when nothing does.</summary>
    internal DesiredState? Before() => RolloutTargets.Find(Content, _group);

    /// <exception cref="RepositoryException">Nothing stands.</exception>
    internal DesiredState RequireBefore() => RolloutTargets.Require(Content, _group);

    /// <summary>Publishes all models of the group. What says the same as before is not published again.</summary>
    internal async Task<RolloutReport> PublishAsync(IReadOnlyDictionary<string, DesiredModel> models, IReadOnlyList<string> done, IReadOnlyList<string> warnings, CancellationToken cancellationToken)
    {
        var state = new DesiredState(DesiredState.CurrentFormat, _group, models.OrderBy(m => m.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal));
        byte[] bytes;
        try
        {
            bytes = RolloutDocument.ToBytes(state);
        }
        catch (FormatException e)
        {
            throw new UsageException($"Group {_group} cannot be told that: {e.Message}.");
        }
        if (Before() is { } before && RolloutDocument.ToBytes(before).AsSpan().SequenceEqual(bytes))
        {
            return new RolloutReport(_group, [.. done, "Nothing changes, so nothing was published."], warnings, [], state);
        }
        return new RolloutReport(_group, done, warnings, await PublishAsync(bytes, cancellationToken).ConfigureAwait(false), state);
    }

    /// <summary>Takes the document away, also a damaged one.</summary>
    /// <param name="done">What was done to the last model in it, in words.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RepositoryException">There is none.</exception>
    internal async Task<RolloutReport> RemoveAsync(IReadOnlyList<string> done, CancellationToken cancellationToken)
    {
        if (!RolloutTargets.Groups(Content).Contains(_group, StringComparer.Ordinal))
        {
            throw RolloutTargets.NoSuchGroup(Content, _group);
        }
        var published = await PublishAsync(document: null, cancellationToken).ConfigureAwait(false);
        return new RolloutReport(_group, [.. done, $"{_group}: nothing is wanted of this group any more; devices keep what they have."], [], published, Desired: null);
    }

    public void Dispose() => _repository.Dispose();

    private async Task<IReadOnlyList<string>> PublishAsync(byte[]? document, CancellationToken cancellationToken)
    {
        var documents = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal) { [DesiredState.TargetPath(_group)] = document is null ? null : (ReadOnlyMemory<byte>?)document };
        return (await _repository.PublishDocumentsAsync(documents, cancellationToken).ConfigureAwait(false)).Published;
    }
}
