using System.Text.Json;
using EdgeRunner.Fleet.Encryption;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Devices;

/// <summary>Which devices there are to encrypt for, with their keys and groups: one file each in <c>devices/</c> of the repository. Public keys only; whoever can write there can still make
/// himself a recipient, so it is protected as the repository is. Change it with the lock of the repository held.</summary>
internal sealed class DeviceRegistry(RepositoryLayout layout)
{
    private const int MaxFileBytes = 256 << 10;
    private const string Suffix = ".json";

    private readonly string _directory = Path.Combine(layout.DirectoryPath, "devices");

    /// <summary>All devices, by name.</summary>
    /// <exception cref="RepositoryException">A file is damaged.</exception>
    internal IReadOnlyList<EnrolledDevice> Read() => !Directory.Exists(_directory) ? [] :
    [
        .. Directory.EnumerateFiles(_directory, "*" + Suffix).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal).Select(ReadFile),
    ];

    /// <exception cref="RepositoryException">There is none of that name, or its file is damaged.</exception>
    internal EnrolledDevice Find(string id)
    {
        CheckName(id, "device");
        var file = FileOf(id);
        return File.Exists(file) ? ReadFile(file) : throw new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"no device {id} is enrolled", Known("Devices are", Read().Select(d => d.Id)));
    }

    /// <summary>The devices of groups.</summary>
    /// <exception cref="RepositoryException">A group has none.</exception>
    internal IReadOnlyList<EnrolledDevice> OfGroups(IReadOnlyList<string> groups)
    {
        var all = Read();
        foreach (var group in groups)
        {
            CheckName(group, "group");
            if (!all.Any(d => d.Groups.Contains(group, StringComparer.Ordinal)))
            {
                throw new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"no enrolled device is in the group {group}, so nobody could decrypt the model",
                    $"Enroll one with `edgefleet device enroll NAME PUBLIC_KEY_FILE --group {group}`. {Known("Groups are", all.SelectMany(d => d.Groups).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}");
            }
        }
        return [.. all.Where(d => d.Groups.Intersect(groups, StringComparer.Ordinal).Any())];
    }

    /// <summary>Enrolls a device, or one more key of a device that is there.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="key">Its key.</param>
    /// <param name="groups">Groups to put it in, beside those it is in.</param>
    /// <param name="now">Wall time.</param>
    /// <exception cref="RepositoryException">The key is enrolled already, or the device has as many as it can.</exception>
    internal EnrolledDevice Enroll(string id, DevicePublicKey key, IReadOnlyList<string> groups, DateTimeOffset now)
    {
        CheckName(id, "device");
        foreach (var group in groups)
        {
            CheckName(group, "group");
        }
        var all = Read();
        if (all.FirstOrDefault(d => d.Keys.Any(k => string.Equals(k.Thumbprint, key.Thumbprint, StringComparison.Ordinal))) is { } holder)
        {
            throw new RepositoryException(RepositoryFailure.AlreadyThere, role: null, file: null, $"the key {key.Thumbprint} is enrolled already, for {holder.Id}", string.Equals(holder.Id, id, StringComparison.Ordinal)
                ? $"To change its groups: `edgefleet device set-groups {id} GROUP...`" : "Each device makes a key of its own with `edgerunner device-key generate`; one that was copied with an SD card has to be made anew");
        }
        var before = all.FirstOrDefault(d => string.Equals(d.Id, id, StringComparison.Ordinal)) ?? new EnrolledDevice(EnrolledDevice.CurrentFormat, id, [], []);
        if (before.Keys.Count == DeviceKey.MaxKeys)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role: null, file: null, $"{id} has {DeviceKey.MaxKeys} keys, and a device uses no more", $"Take one away: `edgefleet device remove {id} --key THUMBPRINT`");
        }
        var device = before with
        {
            Groups = [.. before.Groups.Union(groups, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Keys = [.. before.Keys, new EnrolledKey(key.Thumbprint, key.Title, new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero), key.ToPem())],
        };
        Write(device);
        return device;
    }

    /// <summary>Puts a device into other groups.</summary>
    internal EnrolledDevice SetGroups(string id, IReadOnlyList<string> groups)
    {
        foreach (var group in groups)
        {
            CheckName(group, "group");
        }
        var device = Find(id) with { Groups = [.. groups.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
        Write(device);
        return device;
    }

    /// <summary>Takes a device out, or one of its keys.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="key">The beginning of a thumbprint; null for the whole device.</param>
    /// <returns>What is left; null when nothing is.</returns>
    /// <exception cref="RepositoryException">There is no such device or key.</exception>
    internal EnrolledDevice? Remove(string id, string? key)
    {
        var device = Find(id);
        var left = key is null ? [] : device.Keys.Where(k => !k.Thumbprint.StartsWith(key, StringComparison.Ordinal)).ToArray();
        if (key is not null && device.Keys.Count - left.Length != 1)
        {
            throw new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"{(left.Length == device.Keys.Count ? "no key" : "more than one key")} of {id} begins with \"{key}\"", Known("Its keys are", device.Keys.Select(k => k.Thumbprint)));
        }
        if (left.Length > 0)
        {
            Write(device with { Keys = left });
            return device with { Keys = left };
        }
        using var acting = RepositoryOwner.Of(layout).Enter();
        File.Delete(FileOf(id));
        DirectorySync.Flush(_directory);
        return null;
    }

    private static void CheckName(string name, string what)
    {
        if (!EdgeTopics.IsValidName(name))
        {
            throw new RepositoryException(RepositoryFailure.Refused, role: null, file: null, $"\"{name}\" cannot be the name of a {what}", "Names are 1 to 64 of A-Z a-z 0-9 . _ - and not dots only, as in the device's configuration");
        }
    }

    private static string Known(string what, IEnumerable<string> names) => names.ToArray() is { Length: > 0 } some ? $"{what}: {string.Join(", ", some)}" : $"{what}: none";

    private string FileOf(string id) => Path.Combine(_directory, id + Suffix);

    private void Write(EnrolledDevice device)
    {
        using var acting = RepositoryOwner.Of(layout).Enter();
        PrivateFile.MakeDirectory(_directory);
        PrivateFile.Write(FileOf(device.Id), [.. JsonSerializer.SerializeToUtf8Bytes(device, EncryptionJsonContext.Default.EnrolledDevice), (byte)'\n'], PrivateFile.Private, overwrite: true);
    }

    private static EnrolledDevice ReadFile(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                throw new JsonException($"it has more than {MaxFileBytes} bytes");
            }
            var device = JsonSerializer.Deserialize(File.ReadAllBytes(file), EncryptionJsonContext.Default.EnrolledDevice) ?? throw new JsonException("it is null");
            Check(device, Path.GetFileName(file)[..^Suffix.Length]);
            return device;
        }
        catch (Exception e) when (e is JsonException or SealException)
        {
            throw new RepositoryException(RepositoryFailure.Damaged, role: null, file, $"the enrolled device cannot be read: {e.Message}", "Restore the file from a backup, or delete it and enroll the device again", e);
        }
    }

    /// <exception cref="JsonException">It contradicts itself.</exception>
    /// <exception cref="SealException">A key is none.</exception>
    private static void Check(EnrolledDevice device, string name)
    {
        if (device.Format != EnrolledDevice.CurrentFormat)
        {
            throw new JsonException($"format is {device.Format}, and this program knows {EnrolledDevice.CurrentFormat}");
        }
        if (!string.Equals(device.Id, name, StringComparison.Ordinal) || !EdgeTopics.IsValidName(name))
        {
            throw new JsonException($"id is \"{device.Id}\", and the file is named {name}");
        }
        if (device.Groups.FirstOrDefault(g => !EdgeTopics.IsValidName(g)) is { } bad)
        {
            throw new JsonException($"\"{bad}\" is no name of a group");
        }
        if (device.Keys.Count is 0 or > DeviceKey.MaxKeys)
        {
            throw new JsonException($"it has {device.Keys.Count} keys; expected 1 to {DeviceKey.MaxKeys}");
        }
        foreach (var key in device.Keys)
        {
            if (DevicePublicKey.Parse(key.PublicKey).Thumbprint is var found && !string.Equals(found, key.Thumbprint, StringComparison.Ordinal))
            {
                throw new JsonException($"the key that is named {key.Thumbprint} is {found}");
            }
        }
    }
}
