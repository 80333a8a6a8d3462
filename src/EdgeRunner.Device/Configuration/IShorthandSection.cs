namespace EdgeRunner.Device.Configuration;

/// <summary>A section that may be written as one string instead of an object: <c>"model": "silero-vad"</c>.</summary>
internal interface IShorthandSection
{
    /// <summary>Takes the string.</summary>
    void SetShorthand(string text);
}
