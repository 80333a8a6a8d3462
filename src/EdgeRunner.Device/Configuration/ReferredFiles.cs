using EdgeRunner.Device.Sensors;

namespace EdgeRunner.Device.Configuration;

/// <summary>Files that a configuration names and that this machine does not have. No errors: a configuration may be checked on another machine than the one that it is for.</summary>
internal static class ReferredFiles
{
    /// <summary>One line for each file that is not there or that this user may not read: <c>updates.rootFile /etc/edgerunner/root.json is not there</c>.</summary>
    public static IReadOnlyList<string> FindMissing(DeviceConfiguration configuration) =>
        [.. Names(configuration).Where(file => file.Path is not null).Select(file => (file.Key, file.Path, Problem: FindProblem(file.Path!))).Where(file => file.Problem is not null)
            .Select(file => $"{file.Key} {file.Path} {file.Problem}")];

    private static IEnumerable<(string Key, string? Path)> Names(DeviceConfiguration configuration)
    {
        var (broker, updates) = (configuration.Broker, configuration.Updates);
        yield return ("broker.tls.caFile", broker.Tls?.CaFile);
        yield return ("broker.tls.certificateFile", broker.Tls?.CertificateFile);
        yield return ("broker.tls.keyFile", broker.Tls?.KeyFile);
        yield return ("broker.passwordFile", broker.PasswordFile);
        yield return ("updates.rootFile", updates.Group is null ? null : updates.RootFile);
        yield return ("updates.httpCaFile", updates.HttpCaFile);
        yield return ("updates.deviceKeyFile", updates.DeviceKeyFile);
        foreach (var (name, pipeline) in configuration.Pipelines.Where(pipeline => pipeline.Value.Enabled).OrderBy(pipeline => pipeline.Key, StringComparer.Ordinal))
        {
            yield return ($"pipelines.{name}.model.bundle", pipeline.Model?.Bundle);
            yield return ($"pipelines.{name}.source.file", (pipeline.Source as ReplaySourceOptions)?.File);
        }
    }

    private static string? FindProblem(string path)
    {
        try
        {
            using var _ = File.OpenRead(path);
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "is not there";
        }
        catch (UnauthorizedAccessException)
        {
            return "may not be read by this user, or is a directory";
        }
        catch (IOException e)
        {
            return $"cannot be read: {e.Message}";
        }
    }
}
