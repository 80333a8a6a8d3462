namespace EdgeRunner.Device.Updates.Trials;

/// <summary>Content of <c>updates/models/MODEL/serving.json</c>.</summary>
/// <param name="Format">Always 1.</param>
/// <param name="Versions">The version that was looked at last is the last one.</param>
internal sealed record ServingHistoryFile(int Format, IReadOnlyList<VersionHistory> Versions)
{
    /// <summary>True when it was written by this program, as far as one can tell.</summary>
    public bool IsValid() => Format == 1 && Versions.All(version => version?.Pipelines is not null && version.Pipelines.Values.All(pipeline => pipeline?.IsValid() == true));
}
