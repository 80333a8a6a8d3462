using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>Keys for tests. They live until the process ends.</summary>
internal static class TestKeys
{
    private static int _count;

    /// <summary>A new key, of the two quick kinds in turn.</summary>
    internal static KeyPair Next() => KeyPair.Generate((Interlocked.Increment(ref _count) & 1) == 0 ? CryptoKeyKind.Ed25519 : CryptoKeyKind.EcdsaP256);
}
