namespace EdgeRunner.Trust.Json;

/// <summary>Bytes are not JSON as TUF metadata may have it. The message says where and what is wrong.</summary>
public sealed class JsonFormatException(string message, long position, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Byte at which it was noticed, from 0.</summary>
    public long Position { get; } = position;
}
