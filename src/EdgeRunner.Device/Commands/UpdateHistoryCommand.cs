using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner update history [MODEL]</c>: what became of updates on this device. Reads files, so it needs no daemon.</summary>
internal static class UpdateHistoryCommand
{
    private const int DefaultLast = 20;

    public static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "One model; default: all.", Arity = ArgumentArity.ZeroOrOne };
        model.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] given }]) result.AddError($"\"{given}\" is no option of this command, and no model: names do not begin with -");
        });
        var (config, json) = (CommonOptions.Config(), CommonOptions.Json());
        var last = new Option<int>("--last") { Description = "How many, the newest ones.", HelpName = "N", DefaultValueFactory = _ => DefaultLast };
        last.Validators.Add(result =>
        {
            if (result.GetValue(last) < 1) result.AddError($"--last {result.GetValue(last)} is not allowed; expected 1 or more");
        });
        var command = new Command("history", "Show what became of updates on this device, oldest first.") { model, config, json, last };
        command.SetAction(async parse =>
        {
            if (parse.GetValue(model) is { } given && !SectionCheck.IsName(given))
                return await UpdateAsking.ComplainAsync($"\"{given}\" cannot be the name of a model; expected 1 to 64 of A-Z a-z 0-9 . _ -", ExitCode.Usage, parse.GetValue(json)).ConfigureAwait(false);
            var state = CommonOptions.Load(parse.GetRequiredValue(config)).Configuration.Storage.StateDirectory;
            if (StateOwnership.WhyClosed(state) is { } closed) return await UpdateAsking.ComplainAsync(closed, ExitCode.Permission, parse.GetValue(json)).ConfigureAwait(false);
            var stores = UpdateStores.In(state, TimeProvider.System, UpdateAsking.Say, setsAside: false);
            IReadOnlyList<string> models = parse.GetValue(model) is { } one ? [one] : stores.States.Models();
            if (models.Count == 1 && FindNothing(stores, models[0]) is { } nothing) return await UpdateAsking.ComplainAsync(nothing, ExitCode.Failed, parse.GetValue(json)).ConfigureAwait(false);
            IReadOnlyList<HistoryEntry> entries = [.. models.SelectMany(stores.History.Read).OrderBy(entry => entry.At).TakeLast(parse.GetValue(last))];
            if (parse.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(entries, UpdateCommandContext.Default.IReadOnlyListHistoryEntry));
            else Write(entries, stores.States.Root);
            return ExitCode.Ok;
        });
        return command;
    }

    // A name that is mistyped must not look like a model that was never updated.
    private static string? FindNothing(UpdateStores stores, string model)
    {
        var known = stores.States.Models();
        if (known.Contains(model, StringComparer.Ordinal) || stores.Bundles.VersionsOf(model).Count > 0) return null;
        List<string> others = [.. known.Where(other => stores.History.Read(other).Count > 0)];
        return $"nothing of model {model}; {(others.Count == 0 ? "no update has ended on this device yet" : $"there is history of: {string.Join(", ", others)}")}";
    }

    private static void Write(IReadOnlyList<HistoryEntry> entries, string root)
    {
        if (entries.Count == 0) Console.WriteLine($"no update has ended on this device yet ({root})");
        foreach (var entry in entries)
        {
            var release = entry.Release is { } number ? $" (release {number})" : "";
            Console.WriteLine(
                $"{entry.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}  {entry.Model} {(entry.Outcome is "withheld" ? entry.Version : $"{entry.From ?? "nothing"} -> {entry.Version}")}{release}  {entry.Outcome}" +
                $"{(entry.Active is null || string.Equals(entry.Active, entry.Version, StringComparison.Ordinal) ? "" : $", {entry.Active} serves")}" +
                $"{(entry.Code is null ? "" : $"  {entry.Code}")}{(entry.Words is null ? "" : $": {entry.Words}")}");
        }
    }
}
