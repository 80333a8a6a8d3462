namespace EdgeRunner.Trust.Json;

/// <summary>What a <see cref="JsonTree"/> is. Fractions are missing on purpose: canonical JSON has none.</summary>
public enum JsonKind
{
    /// <summary>null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>Text without lone surrogates.</summary>
    Text,

    /// <summary>Values in order.</summary>
    Array,

    /// <summary>Named values; no name twice.</summary>
    Object,
}
