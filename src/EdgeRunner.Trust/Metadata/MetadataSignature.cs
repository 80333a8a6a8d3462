namespace EdgeRunner.Trust.Metadata;

/// <summary>One entry of <c>signatures</c>.</summary>
/// <param name="KeyId">The key it claims to be made with.</param>
/// <param name="Hex">As it stands there: it may be empty or no hex at all, and then simply does not count.</param>
public sealed record MetadataSignature(string KeyId, string Hex)
{
    /// <summary>The bytes; empty when <see cref="Hex"/> is no hex.</summary>
    public ReadOnlyMemory<byte> Decode()
    {
        var bytes = new byte[Hex.Length / 2];
        return Convert.FromHexString(Hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : default;
    }
}
