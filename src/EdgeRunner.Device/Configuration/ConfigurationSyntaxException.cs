namespace EdgeRunner.Device.Configuration;

/// <summary>A configuration file is not JSON. The file is set aside; the others count.</summary>
internal sealed class ConfigurationSyntaxException(ConfigurationError error) : Exception(error.ToString())
{
    /// <summary>The place and the reason.</summary>
    public ConfigurationError Error { get; } = error;
}
