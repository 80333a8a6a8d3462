namespace EdgeRunner.Device.Telemetry;

/// <summary>Reads both clocks of this device.</summary>
internal interface IClockAnchorSource
{
    /// <summary>Identity of this boot; boot times of different boots do not compare.</summary>
    string BootId { get; }

    /// <summary>Both clocks now.</summary>
    ClockAnchor Read();
}
