namespace EdgeRunner.Device.Telemetry;

/// <summary>How much a stream's records matter, least first: room is made at the expense of lower classes, and higher ones are sent
/// first.</summary>
internal enum TelemetryClass
{
    /// <summary>Samples as they came.</summary>
    Raw = 0,

    /// <summary>Measurements, such as the result of a window.</summary>
    Metric = 1,

    /// <summary>Something happened once.</summary>
    Event = 2,

    /// <summary>Somebody must look.</summary>
    Alarm = 3,
}
