using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Encryption;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet model add|index|list|show|remove|set-min-release</c>.</summary>
internal static class ModelRepositoryCommands
{
    internal static Command Add(CommandEnvironment environment)
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The bundle, from `edgefleet model pack`." };
        var role = new Option<string?>("--role") { Description = "The role that is to list it. Default: the one that may speak for its path." };
        var library = new Option<string?>("--onnxruntime") { Description = "The ONNX Runtime library. Default: EDGERUNNER_ONNXRUNTIME, then beside this program, then the system's.", HelpName = "FILE" };
        var skip = new Option<bool>("--no-self-test") { Description = "Do not load the model and run its golden cases; digests and manifest are checked all the same." };
        var command = new Command("add", "Puts a bundle into the repository, for its team to sign.") { bundle, role, library, skip };
        var encrypt = new EncryptOptions();
        encrypt.AddTo(command);
        return RepoCommand.Changing(command, environment, async (parsed, repository, cancellationToken) =>
        {
            using var opened = ModelBundle.Open(parsed.GetRequiredValue(bundle));
            if (!parsed.GetValue(skip))
            {
                SelfTest(opened, parsed.GetValue(library));
            }
            return encrypt.Request(parsed) is { } request
                ? await new ReleaseEncryption(repository, encrypt.Store(parsed, repository.Content.Layout)).AddAsync(opened, request, parsed.GetValue(role), cancellationToken).ConfigureAwait(false)
                : [ModelCatalog.Add(repository, opened, parsed.GetValue(role), cancellationToken)];
        });
    }

    internal static Command Remove(CommandEnvironment environment)
    {
        var (name, version) = NameAndVersion();
        var force = ForceOption("Also when a rollout wants it. Devices keep what they run.");
        var command = new Command("remove", "Takes a model out of the repository: devices cannot get it any more. Those that have it keep it; see set-min-release.") { name, version, force };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) =>
        {
            var model = ModelCatalog.Find(repository.Content, parsed.GetRequiredValue(name), parsed.GetRequiredValue(version));
            var warnings = ReleaseUse.Require(repository.Content, wanted => string.Equals(wanted.Path, model.Target, StringComparison.Ordinal), parsed.GetValue(force),
                $"{model.Name} {model.Version} is in use", "devices keep what they run, and cannot get it again");
            return Task.FromResult(new StagedChange([ModelCatalog.Remove(repository, model.Name, model.Version)], warnings));
        });
    }

    internal static Command Index(CommandEnvironment environment)
    {
        var name = new Argument<string>("NAME") { Description = "The model." };
        var version = new Argument<string?>("VERSION") { Description = "The version. Default: all that have no index.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("index", "Adds the chunk index to models that an older edgefleet put into the repository; `model add` does it by itself.") { name, version };
        return RepoCommand.Changing(command, environment, (parsed, repository, cancellationToken) =>
            Task.FromResult(ModelCatalog.AddIndexes(repository, parsed.GetRequiredValue(name), parsed.GetValue(version), cancellationToken)));
    }

    internal static Command SetMinRelease(CommandEnvironment environment)
    {
        var (name, version) = NameAndVersion();
        var force = ForceOption("Also when a rollout wants an older release: devices of that group stop the model at once.");
        var command = new Command("set-min-release", "Forbids devices to run any release of a model before a version, also to roll back to it.") { name, version, force };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) =>
        {
            var limit = ModelCatalog.Find(repository.Content, parsed.GetRequiredValue(name), parsed.GetRequiredValue(version));
            var warnings = ReleaseUse.Require(repository.Content, wanted => string.Equals(wanted.Model, limit.Name, StringComparison.Ordinal) && wanted.Release < limit.Release, parsed.GetValue(force),
                $"{limit.Name} {limit.Version} is release {limit.Release}, and an older one is in use", "devices of that group stop the model as soon as they learn of it, and run none until another release is rolled out to them");
            return Task.FromResult(new StagedChange([ModelCatalog.SetMinRelease(repository, limit.Name, limit.Version)], warnings));
        });
    }

    internal static Command List()
    {
        var repo = new RepoOptions();
        var command = new Command("list", "Lists the models of the repository.") { repo.Directory, repo.Json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), output =>
        {
            Print(output, parsed.GetValue(repo.Json), ModelCatalog.Read(Read(parsed, repo)));
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    internal static Command Show()
    {
        var name = new Argument<string>("NAME") { Description = "The model." };
        var version = new Argument<string?>("VERSION") { Description = "The version. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        var repo = new RepoOptions();
        var command = new Command("show", "Shows what the repository says of a model.") { name, version, repo.Directory, repo.Json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), output =>
        {
            var content = Read(parsed, repo);
            var wanted = parsed.GetRequiredValue(name);
            IReadOnlyList<ModelEntry> models = parsed.GetValue(version) is { } one
                ? [ModelCatalog.Find(content, wanted, one)]
                : [.. ModelCatalog.Read(content).Where(m => string.Equals(m.Name, wanted, StringComparison.Ordinal))];
            if (models.Count == 0)
            {
                ModelCatalog.Find(content, wanted, "(any)"); // throws with the names there are
            }
            if (parsed.GetValue(repo.Json))
            {
                Print(output, json: true, models);
            }
            else
            {
                foreach (var model in models)
                {
                    output.Write(Details(model));
                }
            }
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Option<bool> ForceOption(string description) => new("--force") { Description = description };

    private static (Argument<string> Name, Argument<string> Version) NameAndVersion() =>
        (new Argument<string>("NAME") { Description = "The model." }, new Argument<string>("VERSION") { Description = "Its version." });

    private static RepositoryContent Read(ParseResult parsed, RepoOptions repo) => RepositoryContent.Read(new RepositoryLayout(parsed.GetRequiredValue(repo.Directory)));

    /// <exception cref="BundleException">The model does not give the answers that its golden cases ask for.</exception>
    private static void SelfTest(ModelBundle bundle, string? library)
    {
        using var runtime = ModelRuntime.Load(new ModelRuntimeOptions { LibraryPath = library });
        using var model = ModelInstance.Load(runtime, bundle);
        if (model.SelfTest() is { Passed: false } failed)
        {
            throw new BundleException(BundleErrorReason.Golden, bundle.Path, [.. failed.Cases.SelectMany(one => one.Problems.Select(p => $"golden case \"{one.Name}\": {p}"))]);
        }
    }

    private static void Print(TextWriter output, bool json, IReadOnlyList<ModelEntry> models)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(models, FleetJsonContext.Default.IReadOnlyListModelEntry));
            return;
        }
        if (models.Count == 0)
        {
            output.WriteLine("No models. Add one with `edgefleet model add BUNDLE`.");
            return;
        }
        var (name, version) = (models.Max(m => m.Name.Length), models.Max(m => m.Version.Length));
        foreach (var model in models)
        {
            output.WriteLine($"{model.Name.PadRight(name)}  {model.Version.PadRight(version)}  release {model.Release,-3} {model.SizeBytes,12} bytes  {Chunks(model),12}  {model.State}{(model.Encrypted ? ", encrypted" : "")}{(model.Revoked ? ", forbidden by min-release" : "")}");
        }
    }

    private static string Chunks(ModelEntry model) => model.Chunks switch { null => "no index", 1 => "1 chunk", _ => $"{model.Chunks} chunks" };

    private static string Needs(ModelNeeds? needs) => needs is null ? "not stated" : string.Join(", ", new[]
    {
        needs.MemoryBytes is { } memory ? $"{memory} bytes of memory" : null,
        needs.Opset is { } opset ? $"opset {opset}" : null,
        needs.Providers.Count > 0 ? string.Join(" or ", needs.Providers) : null,
    }.OfType<string>());

    private static string Details(ModelEntry model) => $"""
        {model.Name} {model.Version}
          state        {model.State}{(model.Revoked ? ", forbidden by min-release" : "")}
          release      {model.Release}{(model.MinRelease is { } min ? $" (devices run {min} or later)" : "")}
          bundle       {model.SizeBytes} bytes, sha256 {model.Sha256}
          chunks       {(model.Chunks is null ? $"none: devices cannot fetch it; `edgefleet model index {model.Name} {model.Version}` adds the index" : $"{model.Chunks}")}
          encrypted    {(model.Encrypted ? "yes: only devices that its keys are for can read it" : "no")}
          unpacked     {model.UnpackedBytes} bytes
          needs        {Needs(model.Needs)}
          target       {model.Target}, signed by {model.Role}

        """;
}
