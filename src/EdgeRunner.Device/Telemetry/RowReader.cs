namespace EdgeRunner.Device.Telemetry;

/// <summary>Gets a row with its records. The span lies in SQLite's memory and dies when this returns.</summary>
internal delegate void RowReader(in OutboxRow row, ReadOnlySpan<byte> records);
