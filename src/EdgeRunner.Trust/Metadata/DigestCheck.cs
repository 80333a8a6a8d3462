using System.Security.Cryptography;

namespace EdgeRunner.Trust.Metadata;

/// <summary>Computes, piece by piece, the digests that a file must have. Dispose when done.</summary>
public sealed class DigestCheck : IDisposable
{
    private readonly FileDigests _expected;
    private readonly List<(string Name, IncrementalHash Hash)> _hashes = [];

    /// <summary>Starts with no bytes.</summary>
    public DigestCheck(FileDigests expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        _expected = expected;
        foreach (var name in expected.All.Keys)
        {
            if (name is "sha256" or "sha512")
            {
                _hashes.Add((name, IncrementalHash.CreateHash(name is "sha256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512)));
            }
        }
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var (_, hash) in _hashes)
        {
            hash.AppendData(bytes);
        }
    }

    /// <summary>Ends the file.</summary>
    /// <returns>Null when all known digests match; else what was expected and what there is.</returns>
    public (string Expected, string Found)? Mismatch()
    {
        if (_hashes.Count == 0)
        {
            return ("a digest by sha256 or sha512", $"only {string.Join(", ", _expected.All.Keys.Take(5))}");
        }
        foreach (var (name, hash) in _hashes)
        {
            var found = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (!string.Equals(found, _expected.All[name], StringComparison.Ordinal))
            {
                return ($"{name} {_expected.All[name]}", found);
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, hash) in _hashes)
        {
            hash.Dispose();
        }
    }
}
