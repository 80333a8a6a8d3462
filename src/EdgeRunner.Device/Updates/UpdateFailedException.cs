namespace EdgeRunner.Device.Updates;

/// <summary>A step of an update that cannot be done.</summary>
/// <param name="code">Stable code, one of <see cref="UpdateReasons"/>.</param>
/// <param name="message">What is wrong and what would be right, in plain words.</param>
/// <param name="isFinal">True: the release itself is at fault and is not tried again by itself. False: the same may succeed later.</param>
/// <param name="inner">The cause.</param>
internal sealed class UpdateFailedException(string code, string message, bool isFinal, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable code.</summary>
    public string Code { get; } = code;

    /// <summary>See the constructor.</summary>
    public bool IsFinal { get; } = isFinal;
}
