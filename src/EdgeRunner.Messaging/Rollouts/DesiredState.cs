namespace EdgeRunner.Messaging.Rollouts;

/// <summary>Content of the signed target <c>rollout/GROUP.json</c>: what a group of devices is to run.</summary>
/// <param name="Format">Always 1; a device refuses others.</param>
/// <param name="Group">The group; the same as in the name of the target.</param>
/// <param name="Models">By name of the model.</param>
public sealed record DesiredState(int Format, string Group, IReadOnlyDictionary<string, DesiredModel> Models)
{
    /// <summary>The format this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Longest document in bytes.</summary>
    public const int MaxBytes = 256 << 10;

    /// <summary>Path of the target.</summary>
    public static string TargetPath(string group) => $"rollout/{group}.json";
}
