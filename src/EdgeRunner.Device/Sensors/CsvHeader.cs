namespace EdgeRunner.Device.Sensors;

/// <summary>Whether the first line of a CSV names the columns.</summary>
internal enum CsvHeader
{
    /// <summary>It does when one of its fields is not a number.</summary>
    Auto,

    /// <summary>It does.</summary>
    Yes,

    /// <summary>It is data.</summary>
    No,
}
