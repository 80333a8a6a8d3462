using System.Globalization;

namespace EdgeRunner.Inference.Sessions;

/// <summary>Whether the steps of a loaded model that do not depend on each other run side by side, and why. The results are the same, bit for bit.</summary>
/// <param name="IsSideBySide">Whether they do. A run in which another model has the workers goes in turn all the same.</param>
/// <param name="Members">Pieces of the widest part of the graph that do not depend on each other; 1 when each step needs the one before.</param>
/// <param name="Threads">Threads that may be busy in a run, the calling one included; without those of ONNX Runtime.</param>
/// <param name="Reason">Why, where the times do not say it: <c>no two steps are independent</c>; null otherwise.</param>
/// <param name="InTurnMicroseconds">Median of a run in turn, in µs, on zeros, when the model was loaded; null when it was not measured.</param>
/// <param name="SideBySideMicroseconds">Median of a run side by side; null when it was not measured.</param>
public sealed record ParallelDecision(bool IsSideBySide, int Members, int Threads, string? Reason, double? InTurnMicroseconds = null, double? SideBySideMicroseconds = null)
{
    /// <summary>How many times faster side by side is; below 1 it is slower. Null when it was not measured.</summary>
    public double? SpeedUp => SideBySideMicroseconds > 0 && InTurnMicroseconds is { } inTurn ? Math.Round(inTurn / SideBySideMicroseconds.Value, 2) : null;

    /// <summary><c>3 members side by side on 2 threads: 1.8x faster (410 µs instead of 738 µs)</c> or <c>in turn: side by side would be 0.8x (…)</c>.</summary>
    public override string ToString() => (IsSideBySide, SpeedUp) switch
    {
        (true, null) => string.Create(CultureInfo.InvariantCulture, $"{Members} members side by side on {Threads} threads: {Reason}"),
        (false, null) => $"in turn: {Reason}",
        (true, _) => string.Create(CultureInfo.InvariantCulture, $"{Members} members side by side on {Threads} threads: {SpeedUp:0.0}x faster ({SideBySideMicroseconds:0.#} µs instead of {InTurnMicroseconds:0.#} µs)"),
        (false, _) => string.Create(CultureInfo.InvariantCulture, $"in turn: side by side would be {SpeedUp:0.0#}x ({SideBySideMicroseconds:0.#} µs instead of {InTurnMicroseconds:0.#} µs)"),
    };
}
