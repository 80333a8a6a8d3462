using System.Reflection;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.LibCrypto;

/// <summary>OpenSSL's libcrypto as a whole: found once, never unloaded.</summary>
public static unsafe class LibCryptoLibrary
{
    /// <summary>What the imports say; <see cref="Resolve"/> finds the file.</summary>
    internal const string Name = "edgerunner-libcrypto";

    // 3 is the API of every current distribution; 1.1 is what JetPack 4 and 5 and Debian 11 have. What we call is in both, 1.1.1 on.
    private static readonly string[] Files = ["libcrypto.so.3", "libcrypto.so.1.1"];

    private static readonly Lazy<nint> Loaded = new(Load);

    /// <summary>E.g. <c>OpenSSL 3.0.15 3 Sep 2024</c>.</summary>
    /// <exception cref="CryptoException">No libcrypto is installed.</exception>
    public static string Version
    {
        get
        {
            _ = Loaded.Value;
            return Marshal.PtrToStringUTF8((nint)LibCryptoNative.OpenSslVersion(0)) ?? "";
        }
    }

    internal static nint Resolve(string library, Assembly assembly, DllImportSearchPath? paths) =>
        string.Equals(library, Name, StringComparison.Ordinal) ? Loaded.Value : 0; // 0: the runtime's own way, for SQLite and the others

    private static nint Load()
    {
        foreach (var file in Files)
        {
            if (NativeLibrary.TryLoad(file, out var library))
            {
                return library;
            }
        }
        throw new CryptoException("load libcrypto",
            $"neither {string.Join(" nor ", Files)} was found. Install it: apt install libssl3 (older systems: libssl1.1)");
    }
}
