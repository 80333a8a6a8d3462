using System.Text.Json;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Encryption;

/// <summary>Where the fleet manager keeps the keys of encrypted models: a directory of mode 0700 beside the repository, never in it and never on a depot.</summary>
internal sealed class ModelKeyStore
{
    /// <summary>Names another directory, as <c>--model-keys</c> does.</summary>
    internal const string Variable = "EDGEFLEET_MODEL_KEYS";

    private const int MaxFileBytes = 16 << 20;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly RepositoryLayout _layout;

    /// <param name="layout">The repository.</param>
    /// <param name="directory">Null for <see cref="Variable"/>, else <c>REPOSITORY-model-keys</c>.</param>
    internal ModelKeyStore(RepositoryLayout layout, string? directory) =>
        (_layout, DirectoryPath) = (layout, Path.GetFullPath(directory ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : layout.DirectoryPath + "-model-keys")));

    internal string DirectoryPath { get; }

    /// <summary>The keys of a model; an empty set when it has none.</summary>
    /// <exception cref="KeyException">The file is damaged.</exception>
    internal ModelKeys Read(string model)
    {
        var file = FileOf(model);
        if (!File.Exists(file))
        {
            return new ModelKeys(ModelKeys.CurrentFormat, model, ChunkSecret: null, []);
        }
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                throw new JsonException($"it has more than {MaxFileBytes} bytes");
            }
            var keys = JsonSerializer.Deserialize(File.ReadAllBytes(file), EncryptionJsonContext.Default.ModelKeys) ?? throw new JsonException("it is null");
            Check(keys, model);
            return keys;
        }
        catch (JsonException e)
        {
            throw new KeyException($"the keys of {model} in {file} cannot be read: {e.Message}. Restore the file from a backup; without it {model} cannot be encrypted for further devices", e);
        }
    }

    /// <summary>Writes the keys of a model; durable when it returns. Root writes them as the owner of the repository, when the directory is that user's as well: they must be able to
    /// use them.</summary>
    internal void Write(ModelKeys keys)
    {
        PrivateFile.MakeDirectory(DirectoryPath);
        using var acting = RepositoryOwner.Beside(_layout, DirectoryPath).Enter();
        PrivateFile.Write(FileOf(keys.Model), [.. JsonSerializer.SerializeToUtf8Bytes(keys, EncryptionJsonContext.Default.ModelKeys), (byte)'\n'], PrivateFile.Private, overwrite: true);
    }

    /// <summary>A warning when others may read the keys; null when not.</summary>
    internal string? FindProblem(string model) =>
        !OperatingSystem.IsWindows() && File.Exists(FileOf(model)) && (File.GetUnixFileMode(FileOf(model)) & Others) != UnixFileMode.None
            ? $"Warning: others could read {FileOf(model)}, which has the keys of {model}: it must have the mode 600. If somebody did, add a new version (mode chunked: with --rotate)."
            : null;

    private static void Check(ModelKeys keys, string model)
    {
        if (keys.Format != ModelKeys.CurrentFormat)
        {
            throw new JsonException($"format is {keys.Format}, and this program knows {ModelKeys.CurrentFormat}");
        }
        if (!string.Equals(keys.Model, model, StringComparison.Ordinal))
        {
            throw new JsonException($"it is for the model {keys.Model}");
        }
        if (keys.ChunkSecret is { Key.Length: not ReleaseKey.KeyBytes } || keys.Releases.Any(r => r.Key.Length != ReleaseKey.KeyBytes))
        {
            throw new JsonException($"a key has not {ReleaseKey.KeyBytes} bytes");
        }
    }

    /// <summary>Names of models are checked by their manifest; this one is about a path.</summary>
    private string FileOf(string model) => EdgeTopics.IsValidName(model) ? Path.Combine(DirectoryPath, model + ".json") : throw new KeyException($"\"{model}\" cannot be the name of a model");
}
