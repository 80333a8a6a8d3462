using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Updates.Encryption;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner device-key generate|show</c>: the key that models are encrypted for. It is made here and stays here.</summary>
internal static class DeviceKeyCommand
{
    private const string Setting = "updates.deviceKeyFile";

    public static Command Create() => new("device-key", "Make and show the key of this device that models are encrypted for. It has nothing to do with the key of its TLS certificate.")
    {
        Generate(), Show(),
    };

    private static Command Generate()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var file = FileOption();
        var type = new Option<string>("--type") { Description = "ec (P-256, default) or rsa (3072 bits).", DefaultValueFactory = _ => "ec" };
        type.AcceptOnlyFromAmong("ec", "rsa");
        var add = new Option<bool>("--add") { Description = "Keep the keys that are in the file, and put the new one before them." };
        var command = new Command("generate", "Make a key: a file that only its owner can read. Prints the public half, which is to be enrolled.") { config, file, type, add, json };
        command.SetAction(parse => GuardAsync(parse.GetValue(json), () =>
        {
            var configuration = CommonOptions.Load(parse.GetRequiredValue(config)).Configuration;
            var configured = configuration.Updates.DeviceKeyFile;
            var path = Path.GetFullPath(parse.GetValue(file) ?? configured ?? throw new SealException(SealFailure.BadKey, $"{Setting} is not set: set it, or say where the key is to be with --file FILE"));
            using var key = DeviceKey.Generate(parse.GetValue(type) is "rsa" ? DeviceKeyKind.Rsa : DeviceKeyKind.Ec);
            DeviceKeyWriter.Write(path, key, parse.GetValue(add));
            var advice = new List<string> { $"Have it enrolled: edgefleet device enroll {configuration.Device.Id ?? Environment.MachineName} FILE, with what this prints in FILE" };
            if (!string.Equals(path, configured, StringComparison.Ordinal)) advice.Add($"Set {Setting} to {path}");
            if (Environment.IsPrivilegedProcess) advice.Add($"The file belongs to root. When the daemon runs as another user: chown USER {path}");
            return new DeviceKeyOutput(path, [Describe(key.PublicKey)], advice);
        }));
        return command;
    }

    private static Command Show()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var file = FileOption();
        var command = new Command("show", "Show the public half of each key of this device: what `edgefleet device enroll` takes.") { config, file, json };
        command.SetAction(parse => GuardAsync(parse.GetValue(json), () =>
        {
            var path = parse.GetValue(file) ?? DeviceKeyFile.Locate(CommonOptions.Load(parse.GetRequiredValue(config)).Configuration.Updates.DeviceKeyFile)
                ?? throw new SealException(SealFailure.BadKey, $"this device has no key: {Setting} is not set; `edgerunner device-key generate --file FILE` makes one");
            var keys = DeviceKeyFile.Read(path);
            var output = new DeviceKeyOutput(path, [.. keys.Select(k => Describe(k.PublicKey))], DeviceKeyFile.FindModeProblem(path) is { } problem ? [$"Warning: {problem}"] : []);
            foreach (var key in keys) key.Dispose();
            return output;
        }));
        return command;
    }

    private static Option<string?> FileOption() => new("--file") { Description = $"The file with the private keys, PEM. Default: {Setting}.", HelpName = "FILE" };

    private static async Task<int> GuardAsync(bool json, Func<DeviceKeyOutput> act)
    {
        try
        {
            Write(act(), json);
            return ExitCode.Ok;
        }
        catch (SealException e)
        {
            return await UpdateAsking.ComplainAsync(e.Message, ExitCode.Failed, json).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return await UpdateAsking.ComplainAsync($"{e.Message} `edgerunner device-key generate` makes a key", ExitCode.Failed, json).ConfigureAwait(false);
        }
    }

    private static void Write(DeviceKeyOutput output, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(output, DeviceKeyOutputContext.Default.DeviceKeyOutput));
            return;
        }

        // All of it may go into the file that is enrolled: what stands outside the PEM blocks is passed over.
        foreach (var key in output.Keys) Console.WriteLine($"{key.Thumbprint}  {key.Kind}  {output.File}\n{key.PublicKey}");
        foreach (var line in output.Advice) Console.Error.WriteLine(line);
    }

    private static DeviceKeyDescription Describe(DevicePublicKey key) =>
        new(key.Thumbprint, key.Title, key.ToPem().TrimEnd(), key.ToJwk().Members.Where(m => m.Value.Kind == JsonKind.Text).ToDictionary(m => m.Key, m => m.Value.Text, StringComparer.Ordinal));
}
