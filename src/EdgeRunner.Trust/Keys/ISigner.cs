namespace EdgeRunner.Trust.Keys;

/// <summary>Something that can sign for one key: a key in memory, or a program that talks to a token.</summary>
public interface ISigner
{
    /// <summary>The key that the signature is to be checked with.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Signs.</summary>
    /// <param name="message">The canonical form of a metadata file's <c>signed</c> part.</param>
    /// <param name="cancellationToken">Gives up waiting for a person or a device.</param>
    /// <exception cref="KeyException">The key could not be used.</exception>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);
}
