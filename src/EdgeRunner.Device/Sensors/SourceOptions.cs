using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Sensors;

/// <summary>Where samples come from; <c>kind</c> selects the type.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ReplaySourceOptions), "replay")]
[JsonDerivedType(typeof(ExecSourceOptions), "exec")]
internal abstract record SourceOptions
{
    /// <summary>Frames per second, in hertz; 0 (default) = unknown or irregular, or as the file says.</summary>
    public double SampleRateHz { get; set; }

    /// <summary>True when the input itself may state its rate, so that the configuration need not.</summary>
    internal abstract bool KnowsItsRate { get; }
}
