namespace EdgeRunner.Device.Configuration;

/// <summary>What gives way when a stream reaches its byte cap. Every loss is counted and becomes a record.</summary>
internal enum StreamFullPolicy
{
    /// <summary>The oldest records.</summary>
    OverwriteOldest,

    /// <summary>The new record.</summary>
    RejectNew,
}
