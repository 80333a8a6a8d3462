namespace EdgeRunner.Device.Configuration;

/// <summary>One thing that is wrong in the configuration.</summary>
/// <param name="Origin">File and line, or environment variable.</param>
/// <param name="Key">Path of the key, e.g. <c>pipelines.speech.window.hop</c>; empty when the file as a whole is meant.</param>
/// <param name="Message">The value, what is wrong and what is accepted, in plain words.</param>
/// <param name="Pipeline">The pipeline this error disables, or null.</param>
internal sealed record ConfigurationError(ConfigurationOrigin Origin, string Key, string Message, string? Pipeline = null)
{
    /// <summary><c>file:line: key: message</c>.</summary>
    public override string ToString() => Key.Length == 0 ? $"{Origin}: {Message}" : $"{Origin}: {Key}: {Message}";
}
