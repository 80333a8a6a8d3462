namespace EdgeRunner.Native.Mosquitto;

/// <summary>A libmosquitto call failed, or the library could not be loaded.</summary>
/// <remarks>Refusals of the broker are not this type: they arrive as reason codes in <see cref="IMosquittoEvents"/>.</remarks>
public sealed class MosquittoException : Exception
{
    /// <summary>A call failed.</summary>
    /// <param name="operation">The C function.</param>
    /// <param name="error">What it returned.</param>
    /// <param name="systemError">errno for <see cref="MosquittoError.Errno"/>, the <c>getaddrinfo</c> code for
    /// <see cref="MosquittoError.NameResolution"/>, else 0.</param>
    /// <param name="detail">Text to show instead of the library's own, or null.</param>
    public MosquittoException(string operation, MosquittoError error, int systemError = 0, string? detail = null)
        : base($"{operation}: {detail ?? MosquittoLibrary.Describe(error)}{(systemError == 0 ? "" : $" (system error {systemError})")}")
    {
        Error = error;
        SystemError = systemError;
    }

    /// <summary>The library is missing or cannot be used.</summary>
    internal MosquittoException(string message, Exception? inner)
        : base(message, inner)
        => Error = MosquittoError.NotSupported;

    /// <summary>What the library returned.</summary>
    public MosquittoError Error { get; }

    /// <summary>errno or the <c>getaddrinfo</c> code that came with <see cref="Error"/>; 0 when there is none.</summary>
    public int SystemError { get; }
}
