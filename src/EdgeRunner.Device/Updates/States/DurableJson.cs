using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeRunner.Device.ModelStore;

namespace EdgeRunner.Device.Updates.States;

/// <summary>One small JSON file that is written whole. A damaged one is set aside beside it and said, and counts as missing; one that only cannot be read now is left alone.</summary>
/// <param name="path">The file.</param>
/// <param name="type">Its form.</param>
/// <param name="isValid">What the form cannot say, such as the format number.</param>
/// <param name="say">Told in plain words when a file was set aside or cannot be read.</param>
/// <param name="setsAside">False for who only looks: a damaged file stays where it is, so that the daemon finds it too and says so in its log.</param>
internal sealed class DurableJson<T>(string path, JsonTypeInfo<T> type, Func<T, bool> isValid, Action<string> say, bool setsAside = true)
    where T : class
{
    /// <summary>Largest file that is read; ours are a few kilobytes.</summary>
    private const int MaxBytes = 4 << 20;

    /// <summary>Added to the name of a file that was set aside. One is kept: the last.</summary>
    public const string DamagedSuffix = ".damaged";

    /// <summary>Reads the file; null when it is not there or was set aside.</summary>
    /// <exception cref="IOException">It cannot be read now (no memory, no descriptors); what it holds is still good.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public T? Read()
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is not { Exists: true } file) return null;
            if (file.Length > MaxBytes) return SetAside($"it has {file.Length} bytes, at most {MaxBytes} are expected");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (DiskDamage.IsIn(e))
        {
            // Sectors of an old card may not be readable any more; what is written next goes elsewhere.
            return SetAside(e.Message);
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, type) is { } value && isValid(value) ? value : SetAside("it is of another format");
        }
        catch (JsonException e)
        {
            return SetAside(e.Message);
        }
    }

    /// <summary>Writes the file, durably.</summary>
    /// <exception cref="IOException">It cannot be written; the old content stays.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public void Write(T value) => DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type));

    private T? SetAside(string why)
    {
        if (!setsAside)
        {
            say($"{path} is damaged: {why}; the daemon sets it aside at its next start");
            return null;
        }

        var aside = path + DamagedSuffix;
        try
        {
            File.Move(path, aside, overwrite: true);
            say($"{path} is damaged and was set aside as {Path.GetFileName(aside)}: {why}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"{path} cannot be read ({why}) nor set aside: {e.Message}");
        }

        return null;
    }
}
