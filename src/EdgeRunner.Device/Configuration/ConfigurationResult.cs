namespace EdgeRunner.Device.Configuration;

/// <summary>What came out of loading: what can be used, and everything that is wrong.</summary>
internal sealed class ConfigurationResult
{
    /// <summary>The usable configuration: broken pipelines are not in it, other broken keys have their defaults.</summary>
    public required DeviceConfiguration Configuration { get; init; }

    /// <summary>Everything that is wrong, in the order of the files.</summary>
    public required IReadOnlyList<ConfigurationError> Errors { get; init; }

    /// <summary>Pipelines that do not run, each with its errors.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<ConfigurationError>> DisabledPipelines { get; init; }

    /// <summary>Files that count, in the order in which they were laid over each other.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Files that do not count because they cannot be read.</summary>
    public required IReadOnlyList<string> FilesSetAside { get; init; }

    /// <summary>Why the broker is not used although one is configured; null when that is not so.</summary>
    public required string? BrokerDisabledReason { get; init; }

    /// <summary>Why the daemon has nothing to run and should exit with 78; null when it can run.</summary>
    public required string? CannotRunReason { get; init; }

    /// <summary>For <c>config check</c> and <c>config show</c>.</summary>
    public required ConfigurationReport Report { get; init; }

    /// <summary>False when nothing could run.</summary>
    public bool CanRun => CannotRunReason is null;

    /// <summary>One log line per error and per consequence.</summary>
    public void LogTo(ILogger logger)
    {
        foreach (var error in Errors)
            ConfigurationLog.Invalid(logger, error);
        foreach (var file in FilesSetAside)
            ConfigurationLog.FileSetAside(logger, file);
        foreach (var (name, errors) in DisabledPipelines)
            ConfigurationLog.PipelineDisabled(logger, name, errors.Count);
        if (BrokerDisabledReason is not null)
            ConfigurationLog.BrokerDisabled(logger, BrokerDisabledReason);
        ConfigurationLog.Loaded(logger, Files.Count, Configuration.Pipelines.Count, Errors.Count);
    }
}
