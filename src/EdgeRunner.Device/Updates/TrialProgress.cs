namespace EdgeRunner.Device.Updates;

/// <summary>Where a trial is.</summary>
/// <param name="Windows">Windows watched.</param>
/// <param name="WindowsWanted">Windows wanted.</param>
internal readonly record struct TrialProgress(long Windows, long WindowsWanted);
