using System.CommandLine;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model rollback</c>, <c>pin</c> and <c>unpin</c>: what a person decides against the fleet.</summary>
internal static class ModelRollbackCommand
{
    /// <summary><c>model rollback NAME [--to VERSION]</c>.</summary>
    public static Command Create()
    {
        var name = Name();
        var to = new Option<string?>("--to") { Description = "An installed version; default: the one before the present.", HelpName = "VERSION" };
        return Act("rollback", "Go back to the version before; the one that is left is not taken again by itself.", name, to, parse => parse.GetValue(to),
            (control, model, version, stop) => control.RollBackAsync(model, version, stop));
    }

    /// <summary><c>model pin NAME [VERSION]</c>.</summary>
    public static Command CreatePin()
    {
        var name = Name();
        var version = new Argument<string?>("VERSION") { Description = "An installed version; default: the one in use.", Arity = ArgumentArity.ZeroOrOne };
        return Act("pin", "Keep a model at a version whatever the group wants, until it is unpinned.", name, version, parse => parse.GetValue(version),
            (control, model, wanted, stop) => control.PinAsync(model, wanted, stop));
    }

    /// <summary><c>model unpin NAME</c>.</summary>
    public static Command CreateUnpin() => Act("unpin", "Let a model follow its group again.", Name(), null, _ => null, (control, model, _, stop) => control.UnpinAsync(model, stop));

    /// <summary>The argument <c>NAME</c>. What begins with a dash is an option that is mistyped, and no model.</summary>
    public static Argument<string> Name()
    {
        var name = new Argument<string>("NAME") { Description = "The model, as 'edgerunner model list' names it." };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] given }]) result.AddError($"\"{given}\" is no option of this command, and no model: names do not begin with -");
        });
        return name;
    }

    private static Command Act(string act, string description, Argument<string> name, Symbol? version, Func<ParseResult, string?> read,
        Func<ManualControl, string, string?, CancellationToken, Task<UpdateAnswer>> alone)
    {
        var (config, json) = (CommonOptions.Config(), CommonOptions.Json());
        var command = new Command(act, description) { name, config, json };
        if (version is Option option) command.Add(option);
        if (version is Argument argument) command.Add(argument);
        command.SetAction((parse, stop) =>
        {
            var (model, wanted, storage) = (parse.GetRequiredValue(name), read(parse), CommonOptions.Load(parse.GetRequiredValue(config)).Configuration.Storage);
            return UpdateAsking.RunAsync(
                storage, parse.GetValue(json),
                (client, end) => client.PostAsync(
                    UpdateEndpoints.PathOf(model, act), new ModelVersionRequest(wanted), UpdateCommandContext.Default.ModelVersionRequest, UpdateCommandContext.Default.UpdateAnswer, end),
                () => alone(UpdateAsking.Alone(storage.StateDirectory), model, wanted, stop),
                stop);
        });
        return command;
    }
}
