namespace EdgeRunner.Trust;

/// <summary>The second half of an error's one line: what to do about it.</summary>
internal static class TrustAdvice
{
    internal static string? For(TrustFailure failure) => failure switch
    {
        TrustFailure.Expired => "Sign it anew (`edgefleet repo status` lists what expires when), and check the clock of this machine",
        TrustFailure.Rollback => "The depot or mirror serves old files; when it was restored from a backup, sign a newer version",
        TrustFailure.RoleRemoved => "Put the role back, or rotate the snapshot key if it is meant to be gone",
        TrustFailure.ThresholdNotMet => "Sign with more keys of that role, or check that the device has the right root.json",
        TrustFailure.ClockNotTrusted => "Wait for time synchronisation, or set the clock and say that it is right",
        TrustFailure.HashMismatch or TrustFailure.LengthMismatch or TrustFailure.VersionMismatch =>
            "The depot or mirror mixes files of different versions, or someone changed one",
        TrustFailure.NotFound => "The depot or mirror is incomplete: publish again",
        TrustFailure.NoRoot => "Provision the device with the root.json of its fleet",
        TrustFailure.UnsupportedSpecVersion => "Update this program",
        _ => null,
    };
}
