namespace EdgeRunner.Device.Configuration;

/// <summary>Which windows of a pipeline leave a record.</summary>
internal enum RecordedWindows
{
    /// <summary>Every window.</summary>
    All,

    /// <summary>Windows in which the decision changed.</summary>
    Changes,

    /// <summary>None.</summary>
    None,
}
