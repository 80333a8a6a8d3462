namespace EdgeRunner.Native.LibCrypto;

/// <summary>libcrypto is missing, refused a key, or could not do what was asked. A signature that does not verify is not this: it is
/// the answer false.</summary>
public sealed class CryptoException(string act, string detail, Exception? inner = null) : Exception($"{act}: {detail}", inner)
{
    /// <summary>What was tried, e.g. <c>read an encrypted private key</c>.</summary>
    public string Act { get; } = act;
}
