namespace EdgeRunner.Device.Configuration;

/// <summary>Event ids 1000 to 1099.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(1000, LogLevel.Information, "Configuration from {Files} files: {Pipelines} pipelines, {Errors} errors")]
    public static partial void Loaded(ILogger logger, int files, int pipelines, int errors);

    [LoggerMessage(1001, LogLevel.Error, "Configuration: {Error}")]
    public static partial void Invalid(ILogger logger, ConfigurationError error);

    [LoggerMessage(1002, LogLevel.Warning, "Configuration file {File} is set aside; the others count")]
    public static partial void FileSetAside(ILogger logger, string file);

    [LoggerMessage(1003, LogLevel.Error, "Pipeline {Pipeline} does not run: {Errors} configuration errors; the other pipelines do")]
    public static partial void PipelineDisabled(ILogger logger, string pipeline, int errors);

    [LoggerMessage(1004, LogLevel.Error, "Working offline: {Reason}")]
    public static partial void BrokerDisabled(ILogger logger, string reason);
}
