using System.Collections;
using System.Globalization;

namespace EdgeRunner.Device.Configuration;

/// <summary>Loads <c>edgerunner.json</c>, <c>conf.d/*.json</c> beside it in name order, then the environment.</summary>
/// <remarks>Never throws for what stands in a file: the device always starts with what is usable (DESIGN.md section 1).</remarks>
internal static class ConfigurationLoader
{
    /// <summary>Where the main file is unless <c>--config</c> says otherwise.</summary>
    public const string DefaultPath = "/etc/edgerunner/edgerunner.json";

    private const string DropInDirectory = "conf.d";

    /// <summary>Loads everything.</summary>
    /// <param name="path">The main file.</param>
    /// <param name="environment">Normally <see cref="Environment.GetEnvironmentVariables()"/>.</param>
    /// <param name="hostName">Device id where none is configured; characters that a topic cannot have become hyphens.</param>
    public static ConfigurationResult Load(string path, IDictionary environment, string hostName)
    {
        path = Path.GetFullPath(path);
        List<ConfigurationError> errors = [];
        List<string> files = [];
        List<string> setAside = [];
        var root = new ConfigurationNode(ConfigurationNodeKind.Object, ConfigurationOrigin.Default);
        foreach (var file in DropIns(path, errors).Prepend(path))
        {
            try
            {
                root.Merge(ConfigurationFileReader.Read(file));
                files.Add(file);
            }
            catch (ConfigurationSyntaxException e)
            {
                errors.Add(ReferenceEquals(file, path) && e.Error.Message is ConfigurationFileReader.NoSuchFile
                    ? e.Error with { Message = "no such file; give another with --config FILE, or copy one from device-configs/" } : e.Error);
                setAside.Add(file);
            }
        }

        var context = ConfigurationJsonContext.Default;
        new EnvironmentOverlay(context).Apply(root, environment, Directory.GetCurrentDirectory());
        var binder = new ConfigurationBinder(context);
        var configuration = binder.Bind(root);
        errors.AddRange(binder.Errors);
        CheckStreams(configuration, root, errors);
        CheckRunTimeouts(configuration, root, errors);
        if (configuration.Device.Id is null)
            configuration.Device.Id = IdFrom(hostName);

        var brokerReason = DisableBroker(configuration, errors);
        var report = new ConfigurationReport(context, configuration, root, errors);
        var disabled = errors.Where(e => e.Pipeline is not null).GroupBy(e => e.Pipeline!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<ConfigurationError>)[.. g], StringComparer.Ordinal);
        foreach (var name in disabled.Keys)
            configuration.Pipelines.Remove(name);
        return new ConfigurationResult
        {
            Configuration = configuration,
            Errors = errors,
            DisabledPipelines = disabled,
            Files = files,
            FilesSetAside = setAside,
            BrokerDisabledReason = brokerReason,
            CannotRunReason = WhyNothingRuns(configuration, errors, disabled, path, setAside),
            Report = report,
        };
    }

    private static List<string> DropIns(string path, List<ConfigurationError> errors)
    {
        var directory = Path.Combine(Path.GetDirectoryName(path) ?? "/", DropInDirectory);
        try
        {
            return Directory.Exists(directory)
                ? [.. Directory.EnumerateFiles(directory, "*.json").Where(file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigurationError(new ConfigurationOrigin(directory, 0, "/"), "", $"cannot be listed: {e.Message}"));
            return [];
        }
    }

    /// <summary>Two pipelines may share a stream, and <c>telemetry.streams</c> may describe it, but its class can be said only one way.</summary>
    private static void CheckStreams(DeviceConfiguration configuration, ConfigurationNode root, List<ConfigurationError> errors)
    {
        var classes = configuration.Telemetry.Streams.ToDictionary(
            pair => pair.Key, pair => (pair.Value.Class, Where: $"telemetry.streams.{pair.Key}.class"), StringComparer.Ordinal);
        foreach (var (name, pipeline) in configuration.Pipelines)
        {
            var stream = pipeline.Telemetry.Stream ??= name;
            if (pipeline.Telemetry.Class is not { } own)
                continue;
            var key = $"pipelines.{name}.telemetry.class";
            if (classes.TryGetValue(stream, out var other) && other.Class != own)
            {
                errors.Add(new ConfigurationError(
                    root.Members["pipelines"].Members[name].Origin, key,
                    $"{ConfigurationValue.Format(own)} is not allowed; stream {stream} is {ConfigurationValue.Format(other.Class)} by {other.Where}", name));
            }

            classes.TryAdd(stream, (own, key));
        }
    }

    /// <summary>A model that hangs is broken off before the watchdog takes the pipeline for hung, or it would cost the whole daemon again and again.</summary>
    private static void CheckRunTimeouts(DeviceConfiguration configuration, ConfigurationNode root, List<ConfigurationError> errors)
    {
        var stallMs = configuration.Health.StallSeconds * 1000.0;
        foreach (var (name, pipeline) in configuration.Pipelines.Where(pair => stallMs > 0 && pair.Value.Guard.RunTimeoutMs >= stallMs))
        {
            var section = root.Members["pipelines"].Members[name];
            if (section.Members.TryGetValue("guard", out var guard) && guard.Members.TryGetValue("runTimeoutMs", out var stated))
            {
                errors.Add(new ConfigurationError(stated.Origin, $"pipelines.{name}.guard.runTimeoutMs", string.Create(CultureInfo.InvariantCulture,
                    $"{pipeline.Guard.RunTimeoutMs} is not allowed; expected less than {stallMs}, the {configuration.Health.StallSeconds} s of health.stallSeconds, or 0 for no limit"), name));
            }
            else
            {
                pipeline.Guard.RunTimeoutMs = stallMs / 2; // The default would be too long.
            }
        }
    }

    private static string? DisableBroker(DeviceConfiguration configuration, List<ConfigurationError> errors)
    {
        var bad = errors.FirstOrDefault(e =>
            e.Key is "broker" or "device" or "device.id" or "device.fleet"
            || (e.Key.StartsWith("broker.", StringComparison.Ordinal) && !BrokerOptions.SafeToDefault.Contains(e.Key["broker.".Length..], StringComparer.Ordinal)));
        if (bad is null)
            return null;
        configuration.Broker.Host = null;
        return $"the broker is not used until this is corrected: {bad}";
    }

    private static string? WhyNothingRuns(DeviceConfiguration configuration, List<ConfigurationError> errors,
        Dictionary<string, IReadOnlyList<ConfigurationError>> disabled, string path, List<string> setAside)
    {
        if (configuration.Pipelines.Count > 0)
            return null;
        if (setAside.Contains(path))
            return $"{path} cannot be used and no other file has a pipeline";
        if (disabled.Count > 0)
            return disabled.Count == 1 ? $"the only pipeline, {disabled.Keys.First()}, has errors" : $"all {disabled.Count} pipelines have errors";
        // A mistyped "pipelines" (or one in a file that was set aside) leaves none; a device that has none on purpose waits for its first model.
        return setAside.Count > 0 || errors.Any(e => !e.Key.Contains('.', StringComparison.Ordinal)) ? "no pipeline is left after the errors" : null;
    }

    private static string IdFrom(string hostName)
    {
        var id = string.Concat(hostName.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        return SectionCheck.IsName(id) ? id : "unnamed";
    }
}
