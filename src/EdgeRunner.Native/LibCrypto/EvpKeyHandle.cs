using System.Runtime.InteropServices;

namespace EdgeRunner.Native.LibCrypto;

/// <summary>Owns one <c>EVP_PKEY*</c>.</summary>
internal sealed class EvpKeyHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    internal void Own(nint key) => SetHandle(key);

    protected override bool ReleaseHandle()
    {
        LibCryptoNative.EVP_PKEY_free(handle);
        return true;
    }
}
