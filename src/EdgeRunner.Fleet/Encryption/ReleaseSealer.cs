using System.Security.Cryptography;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Fleet.Encryption;

/// <summary>Encrypts a bundle into a file beside the repository's own.</summary>
internal static class ReleaseSealer
{
    /// <summary>How a bundle in one stream is cut for transfer: equal pieces, since no two versions have any in common.</summary>
    private const int PieceBytes = 64 << 10;

    /// <summary>Encrypts.</summary>
    /// <param name="bundle">The bundle; must not change meanwhile.</param>
    /// <param name="key">Says how, and for which release.</param>
    /// <param name="output">Gets the ciphertext; empty, and can be read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Lengths of the pieces that the ciphertext is to be moved in, and its SHA-256 in lowercase hex.</returns>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    internal static async Task<(IReadOnlyList<int> ChunkLengths, string Sha256)> SealAsync(string bundle, ReleaseKey key, FileStream output, CancellationToken cancellationToken)
    {
        var plain = new FileStream(bundle, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using var plainDisposal = plain.ConfigureAwait(false);
        IReadOnlyList<int> lengths;
        if (key.Mode == SealMode.Single)
        {
            await SegmentedCipher.Default.EncryptAsync(plain, output, key.Key, key.AssociatedData, cancellationToken).ConfigureAwait(false);
            lengths = Pieces(output.Length);
        }
        else
        {
            var chunks = new List<int>();
            FileChunker.Cut(plain, (chunk, _) => chunks.Add(chunk.Length), cancellationToken);
            plain.Position = 0;
            await new ChunkedCipher(key.Model).EncryptAsync(plain, chunks, output, key.Key, cancellationToken).ConfigureAwait(false);
            lengths = [.. chunks.Select(l => l + ChunkedCipher.OverheadBytes)];
        }
        output.Position = 0;
        return (lengths, Convert.ToHexStringLower(await SHA256.HashDataAsync(output, cancellationToken).ConfigureAwait(false)));
    }

    private static int[] Pieces(long length)
    {
        var pieces = new int[(length + PieceBytes - 1) / PieceBytes];
        Array.Fill(pieces, PieceBytes);
        pieces[^1] = (int)(length - ((pieces.Length - 1L) * PieceBytes));
        return pieces;
    }
}
