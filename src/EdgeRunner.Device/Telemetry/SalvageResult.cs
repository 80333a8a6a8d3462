namespace EdgeRunner.Device.Telemetry;

/// <summary>What was got out of a damaged store.</summary>
/// <param name="Rows">Batches copied.</param>
/// <param name="Records">Records in them.</param>
/// <param name="DamagedRows">Batches seen but not readable or not as they were written.</param>
/// <param name="IsComplete">True when the whole table could be walked and each row read.</param>
internal readonly record struct SalvageResult(long Rows, long Records, long DamagedRows, bool IsComplete);
