namespace EdgeRunner.Device.Updates.Repository;

/// <summary>Log lines of the repository of releases: event ids 7100 to 7119.</summary>
internal static partial class RepositoryLog
{
    [LoggerMessage(7100, LogLevel.Information, "Releases are trusted by {File} from now on")]
    public static partial void Provisioned(ILogger logger, string file);

    [LoggerMessage(7101, LogLevel.Warning, "Release metadata: {Note}")]
    public static partial void Note(ILogger logger, string note);

    [LoggerMessage(7102, LogLevel.Warning, "The stored root is damaged and is taken from {File} again: {Reason}")]
    public static partial void RootRestored(ILogger logger, string file, string reason);
}
