namespace EdgeRunner.Device.Sensors;

/// <summary>Type of a raw sample; <c>Le</c> and <c>Be</c> name the byte order.</summary>
internal enum SampleType
{
    /// <summary>Signed, 8 bits.</summary>
    S8,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 16 bits.</summary>
    S16Le,

    /// <summary>Signed, 16 bits.</summary>
    S16Be,

    /// <summary>Unsigned, 16 bits.</summary>
    U16Le,

    /// <summary>Signed, 24 bits in 3 bytes.</summary>
    S24Le,

    /// <summary>Signed, 32 bits.</summary>
    S32Le,

    /// <summary>IEEE 754 binary32.</summary>
    F32Le,

    /// <summary>IEEE 754 binary64.</summary>
    F64Le,
}
