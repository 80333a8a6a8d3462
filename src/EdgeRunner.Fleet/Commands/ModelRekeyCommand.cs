using System.CommandLine;
using EdgeRunner.Fleet.Encryption;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet model rekey NAME VERSION</c>.</summary>
internal static class ModelRekeyCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var name = new Argument<string>("NAME") { Description = "The model." };
        var version = new Argument<string>("VERSION") { Description = "Its version, which is encrypted." };
        var options = new EncryptOptions();
        options.Groups.Description = "A group whose enrolled devices can decrypt it, and nobody else. May be given several times. Default: the groups that it is for already.";
        var command = new Command("rekey", "Encrypts the key of a version for the devices that are in its groups now: after a device was enrolled, got a second key, or was removed. The model itself is not moved again.")
        {
            name, version, options.Groups, options.Rotate, options.ModelKeys,
        };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) => Task.FromResult(
            new ReleaseEncryption(repository, options.Store(parsed, repository.Content.Layout)).Rekey(
                parsed.GetRequiredValue(name), parsed.GetRequiredValue(version), parsed.GetValue(options.Groups) ?? [], parsed.GetValue(options.Rotate))));
    }
}
