using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>A loaded ONNX Runtime library. It is never unloaded: its threads and static destructors do not survive that.</summary>
/// <param name="Path">The file, or the bare name when the system's loader found it.</param>
/// <param name="Version">E.g. <c>1.30.0</c>.</param>
/// <param name="Base">Its entry point.</param>
internal sealed unsafe record OrtLibrary(string Path, string Version, nint Base)
{
    internal const string EnvironmentVariable = "EDGERUNNER_ONNXRUNTIME";

    /// <summary>Oldest version that has <see cref="OrtApi.Version"/>.</summary>
    internal const string OldestVersion = "1.18";

    private static readonly string[] FileNames = ["libonnxruntime.so.1", "libonnxruntime.so"];

    /// <summary>E.g. <c>linux-arm64</c>.</summary>
    internal static string Platform => $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The function table; <see cref="Load"/> has checked that it is there.</summary>
    internal OrtApi* Api => ((OrtApiBase*)Base)->GetApi(OrtApi.Version);

    /// <summary>Finds and loads the library and checks its version.</summary>
    /// <exception cref="OrtLibraryException">None can be used. A place that was named (setting, variable) is never passed over silently.</exception>
    internal static OrtLibrary Load(string? setting)
    {
        OrtTelemetrySwitch.Off();
        if (!string.IsNullOrEmpty(setting))
        {
            return LoadNamed(setting, "the setting inference.onnxRuntime");
        }
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } variable)
        {
            return LoadNamed(variable, $"the environment variable {EnvironmentVariable}");
        }
        foreach (var name in FileNames)
        {
            var beside = System.IO.Path.Combine(AppContext.BaseDirectory, name);
            if (File.Exists(beside))
            {
                return LoadFile(beside, $"{beside} (beside the program)");
            }
        }
        foreach (var name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, out var module))
            {
                return Check(module, name, $"{name} (from the system's library path)");
            }
        }
        throw new OrtLibraryException(OrtLibraryProblem.NotFound, $"there is no setting and no environment variable {EnvironmentVariable}, and no "
            + $"{string.Join(" or ", FileNames)} in {AppContext.BaseDirectory} or on the system's library path");
    }

    private static OrtLibrary LoadNamed(string path, string origin)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            var inside = FileNames.Select(name => System.IO.Path.Combine(full, name)).FirstOrDefault(File.Exists);
            return inside is not null
                ? LoadFile(inside, $"{inside} (directory from {origin})")
                : throw new OrtLibraryException(OrtLibraryProblem.NotFound, $"{origin} names the directory {full}, which has no {string.Join(" or ", FileNames)}");
        }
        return File.Exists(full)
            ? LoadFile(full, $"{full} (from {origin})")
            : throw new OrtLibraryException(OrtLibraryProblem.NotFound, $"{origin} names {full}, which does not exist");
    }

    private static OrtLibrary LoadFile(string path, string description)
    {
        try
        {
            return ElfFile.FindProblem(path) is { } problem
                ? throw new OrtLibraryException(OrtLibraryProblem.NotLoadable, $"{description} cannot be loaded: {problem}")
                : Check(NativeLibrary.Load(path), path, description);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            throw new OrtLibraryException(OrtLibraryProblem.NotLoadable, $"{description} cannot be loaded: {LoaderReason(e.Message, path)}");
        }
    }

    /// <summary>The dynamic loader's own line out of .NET's message, which surrounds it with general advice.</summary>
    private static string LoaderReason(string message, string path)
    {
        var line = message.Split('\n').FirstOrDefault(line => line.StartsWith(path, StringComparison.Ordinal));
        return (line ?? message).Trim().TrimEnd('.');
    }

    private static OrtLibrary Check(nint module, string path, string description)
    {
        if (!NativeLibrary.TryGetExport(module, "OrtGetApiBase", out var getApiBase))
        {
            throw new OrtLibraryException(OrtLibraryProblem.NotOnnxRuntime, $"{description} is another library, it has no OrtGetApiBase");
        }
        var apiBase = ((delegate* unmanaged[Cdecl]<OrtApiBase*>)getApiBase)();
        var version = Marshal.PtrToStringUTF8((nint)apiBase->GetVersionString()) ?? "";
        // The version is read first because GetApi, asked for one it does not have, writes a line of its own to stderr.
        if (!IsNewEnough(version) || apiBase->GetApi(OrtApi.Version) is null)
        {
            throw new OrtLibraryException(OrtLibraryProblem.TooOld, $"{description} is version {version}");
        }
        return new OrtLibrary(path, version, (nint)apiBase);
    }

    /// <summary>Whether <paramref name="version"/> (<c>1.30.0</c>, <c>1.18.0-dev</c>) has the function table asked for: in ONNX Runtime the
    /// API version is the minor version.</summary>
    internal static bool IsNewEnough(string version)
    {
        var parts = version.Split('.', '-', '+');
        return parts.Length >= 2 && int.TryParse(parts[0], out var major) && uint.TryParse(parts[1], out var minor)
            && (major > 1 || (major == 1 && minor >= OrtApi.Version));
    }
}
