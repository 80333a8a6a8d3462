namespace EdgeRunner.Device.Benchmarking;

/// <summary>One setting of the comparison.</summary>
/// <param name="Threads">Intra-op threads, the caller's included.</param>
/// <param name="Spinning">Whether idle threads waited busily.</param>
/// <param name="LoadMs">Median time to load the model, in milliseconds.</param>
/// <param name="WarmUpRuns">Runs of the longest warm-up of a round.</param>
/// <param name="WarmUpStable">Whether every warm-up became stable by the rule; null when the number of runs was given.</param>
/// <param name="BackToBack">One run after another.</param>
/// <param name="Paced">With a pause before each run; null when none was asked for.</param>
internal sealed record BenchSettingResult(int Threads, bool Spinning, double LoadMs, int WarmUpRuns, bool? WarmUpStable, LatencySummary BackToBack, LatencySummary? Paced)
{
    /// <summary>The setting itself.</summary>
    internal BenchSetting Setting => new(Threads, Spinning);

    /// <summary>What a device sees: paced when that was measured, as a sensor paces it.</summary>
    internal LatencySummary OnDevice => Paced ?? BackToBack;
}
