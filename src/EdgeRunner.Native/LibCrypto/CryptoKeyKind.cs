namespace EdgeRunner.Native.LibCrypto;

/// <summary>A signature algorithm together with the kind of key it needs. SHA-256 wherever a digest is a choice.</summary>
public enum CryptoKeyKind
{
    /// <summary>ECDSA on NIST P-256 with SHA-256; signatures are DER.</summary>
    EcdsaP256,

    /// <summary>RSASSA-PSS with SHA-256 and MGF1-SHA-256. Signs with a salt of 32 bytes, accepts any length of salt.</summary>
    RsaPss,

    /// <summary>Ed25519 (RFC 8032), 64-byte signatures.</summary>
    Ed25519,
}
