using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary><c>edgefleet rollout …</c>, and what its commands share.</summary>
internal static class RolloutCommand
{
    internal static Command Create(CommandEnvironment environment) => new("rollout", "Says which group of devices runs which version, and shows how far they are.")
    {
        RolloutSetCommand.Create(environment),
        RolloutStatusCommand.Create(environment),
        Show(),
        List(),
        Pause(environment, paused: true),
        Pause(environment, paused: false),
        Remove(environment),
    };

    internal static Argument<string> GroupArgument()
    {
        var group = new Argument<string>("GROUP") { Description = "The group, as in the devices' configuration (updates.group)." };
        group.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && !EdgeTopics.IsValidName(name))
            {
                result.AddError($"GROUP \"{name}\" is not allowed: 1 to {EdgeTopics.MaxNameLength} of A-Z a-z 0-9 . _ - and not dots only");
            }
        });
        return group;
    }

    internal static void Print(TextWriter output, bool json, RolloutReport report) =>
        output.Write(json ? JsonSerializer.Serialize(report, RolloutJsonOutput.Default.RolloutReport) + "\n" : RolloutText.Format(report));

    private static Argument<string?> ModelArgument() => new("MODEL") { Description = "The model. Default: all of the group.", Arity = ArgumentArity.ZeroOrOne };

    private static Command Show()
    {
        var group = GroupArgument();
        var repo = new RepoOptions();
        var command = new Command("show", "Shows what a group is to run.") { group, repo.Directory, repo.Json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), output =>
        {
            var content = Read(parsed, repo);
            var rollout = ShownRollout.Of(content, RolloutTargets.Require(content, parsed.GetRequiredValue(group)));
            output.Write(parsed.GetValue(repo.Json) ? JsonSerializer.Serialize(rollout, RolloutJsonOutput.Default.ShownRollout) + "\n" : RolloutText.Format(rollout));
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Command List()
    {
        var repo = new RepoOptions();
        var command = new Command("list", "Shows what every group is to run.") { repo.Directory, repo.Json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), output =>
        {
            var content = Read(parsed, repo);
            IReadOnlyList<ShownRollout> rollouts = [.. RolloutTargets.Groups(content).Select(g => ShownRollout.Of(content, RolloutTargets.Require(content, g)))];
            if (parsed.GetValue(repo.Json))
            {
                output.WriteLine(JsonSerializer.Serialize(rollouts, RolloutJsonOutput.Default.IReadOnlyListShownRollout));
            }
            else
            {
                output.Write(rollouts.Count == 0 ? "Nothing is rolled out. Begin with `edgefleet rollout set GROUP MODEL@VERSION`.\n" : string.Concat(rollouts.Select(RolloutText.Format)));
            }
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Command Pause(CommandEnvironment environment, bool paused)
    {
        var (group, model, repo) = (GroupArgument(), ModelArgument(), new RepoOptions());
        var command = new Command(paused ? "pause" : "resume", paused
            ? "Lets no device begin that has not begun yet. Those that have finish."
            : "Ends a pause.") { group, model };
        repo.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            using var change = await RolloutChange.OpenAsync(parsed, repo, parsed.GetRequiredValue(group), environment, cancellationToken).ConfigureAwait(false);
            var state = change.RequireBefore();
            string[] chosen = parsed.GetValue(model) is { } one ? [one] : [.. state.Models.Keys.Order(StringComparer.Ordinal)];
            var models = new Dictionary<string, DesiredModel>(state.Models, StringComparer.Ordinal);
            var done = new List<string>();
            foreach (var name in chosen)
            {
                var desired = RolloutTargets.RequireModel(state, name);
                done.Add(desired.Paused == paused ? $"{state.Group}: {name} {desired.Version} is {(paused ? "paused already" : "not paused")}." : $"{state.Group}: {name} {desired.Version} {(paused ? "is paused" : "goes on")}.");
                models[name] = desired with { Paused = paused };
            }
            Print(output, parsed.GetValue(repo.Json), await change.PublishAsync(models, done, [], cancellationToken).ConfigureAwait(false));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Remove(CommandEnvironment environment)
    {
        var (group, model, repo) = (GroupArgument(), ModelArgument(), new RepoOptions());
        var command = new Command("remove", "Wants nothing of a group any more, or of one model. Devices keep what they have.") { group, model };
        repo.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            using var change = await RolloutChange.OpenAsync(parsed, repo, parsed.GetRequiredValue(group), environment, cancellationToken).ConfigureAwait(false);
            var report = parsed.GetValue(model) is { } name ? await RemoveModelAsync(change, name, cancellationToken).ConfigureAwait(false) : await change.RemoveAsync([], cancellationToken).ConfigureAwait(false);
            Print(output, parsed.GetValue(repo.Json), report);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Task<RolloutReport> RemoveModelAsync(RolloutChange change, string model, CancellationToken cancellationToken)
    {
        var state = change.RequireBefore();
        var desired = RolloutTargets.RequireModel(state, model);
        var models = new Dictionary<string, DesiredModel>(state.Models, StringComparer.Ordinal);
        models.Remove(model);
        string[] done = [$"{state.Group}: nothing is wanted of {model} any more (it was {desired.Version}); devices keep what they have."];
        // A document without models would make a group of which nothing is wanted look like one that has all it wants.
        return models.Count == 0 ? change.RemoveAsync(done, cancellationToken) : change.PublishAsync(models, done, [], cancellationToken);
    }

    private static RepositoryContent Read(ParseResult parsed, RepoOptions repo) => RepositoryContent.Read(new RepositoryLayout(parsed.GetRequiredValue(repo.Directory)));
}
