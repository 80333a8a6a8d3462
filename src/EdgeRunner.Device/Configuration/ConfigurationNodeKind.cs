namespace EdgeRunner.Device.Configuration;

/// <summary>What stands at one place of the merged configuration.</summary>
internal enum ConfigurationNodeKind
{
    /// <summary><c>{ }</c></summary>
    Object,

    /// <summary><c>[ ]</c></summary>
    Array,

    /// <summary>A JSON string.</summary>
    String,

    /// <summary>A JSON number, kept as it was written.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary><c>null</c></summary>
    Null,

    /// <summary>Text of an environment variable: its type is decided by the key it is for.</summary>
    EnvironmentText,
}
