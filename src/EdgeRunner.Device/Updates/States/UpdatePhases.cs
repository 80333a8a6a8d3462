using System.Text.Json;

namespace EdgeRunner.Device.Updates.States;

/// <summary>Phases as words.</summary>
internal static class UpdatePhases
{
    /// <summary>The word of a phase, as in <c>report</c>: <c>rolling-back</c>.</summary>
    public static string Word(this UpdatePhase phase) => phase switch
    {
        UpdatePhase.Idle => "idle",
        UpdatePhase.Downloading => "downloading",
        UpdatePhase.Verified => "verified",
        UpdatePhase.Staged => "staged",
        UpdatePhase.Probing => "probing",
        UpdatePhase.Trial => "trial",
        UpdatePhase.Committed => "committed",
        UpdatePhase.RollingBack => "rolling-back",
        UpdatePhase.Rejected => "rejected",
        _ => JsonNamingPolicy.KebabCaseLower.ConvertName(phase.ToString()),
    };
}
