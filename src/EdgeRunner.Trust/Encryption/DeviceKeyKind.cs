namespace EdgeRunner.Trust.Encryption;

/// <summary>What a device key is.</summary>
public enum DeviceKeyKind
{
    /// <summary>EC on P-256, used as <c>ECDH-ES+A256KW</c>: the default, small and fast.</summary>
    Ec,

    /// <summary>RSA, used as <c>RSA-OAEP-256</c>: for keys that come from elsewhere.</summary>
    Rsa,
}
