namespace EdgeRunner.Trust.Keys;

/// <summary>A key file cannot be read, its password is wrong, or a key cannot be used. The message names what and why.</summary>
public sealed class KeyException(string message, Exception? inner = null) : Exception(message, inner);
