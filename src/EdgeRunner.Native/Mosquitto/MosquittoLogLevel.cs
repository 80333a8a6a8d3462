namespace EdgeRunner.Native.Mosquitto;

/// <summary>Level of a line from the library (<c>MOSQ_LOG_*</c>).</summary>
public enum MosquittoLogLevel
{
    /// <summary>Information.</summary>
    Information = 1,

    /// <summary>Notice.</summary>
    Notice = 2,

    /// <summary>Warning.</summary>
    Warning = 4,

    /// <summary>Error; OpenSSL's reasons arrive at this level.</summary>
    Error = 8,

    /// <summary>One line for each packet.</summary>
    Debug = 16,
}
