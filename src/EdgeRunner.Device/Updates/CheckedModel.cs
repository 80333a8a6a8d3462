namespace EdgeRunner.Device.Updates;

/// <summary>What a check has found out about one model, for programs.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Wanted">The version that this device is to run; null when nothing is wanted of it: a pin, say.</param>
/// <param name="Serves">The version in use; null when none is.</param>
/// <param name="State">Where its update is, as in <c>update status</c>: <c>idle</c>, <c>downloading</c> and so on.</param>
/// <param name="Code">Why it is not taken, or does not go on; null when nothing is wrong. All of them: docs/updates.md.</param>
/// <param name="BytesToMove">Of a dry run: what would have to be fetched, in bytes; null when that was not looked at.</param>
internal sealed record CheckedModel(string Model, string? Wanted, string? Serves, string State, string? Code, long? BytesToMove = null);
