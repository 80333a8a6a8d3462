using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>The library as a whole: loaded and initialised once, never cleaned up, because other connections may still use it.</summary>
public static unsafe class MosquittoLibrary
{
    private static readonly Lazy<Version> Loaded = new(Load);

    /// <summary>Version of the loaded library, e.g. 2.0.11.</summary>
    /// <exception cref="MosquittoException">The library is missing or older than 2.0.</exception>
    public static Version Version => Loaded.Value;

    /// <summary>The library's own words for a result.</summary>
    public static string Describe(MosquittoError error) => Text(MosquittoNative.mosquitto_strerror((int)error));

    /// <summary>The library's own words for an MQTT 5 reason code (0 to 255).</summary>
    public static string DescribeReason(int reasonCode) => Text(MosquittoNative.mosquitto_reason_string(reasonCode));

    internal static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";

    private static Version Load()
    {
        try
        {
            _ = MosquittoNative.mosquitto_lib_version(out var major, out var minor, out var revision);
            if (major < 2)
            {
                throw new MosquittoException(
                    $"libmosquitto {major}.{minor}.{revision} is too old: 2.0 or later is needed. Upgrade the package libmosquitto1.", inner: null);
            }

            var result = (MosquittoError)MosquittoNative.mosquitto_lib_init();
            if (result != MosquittoError.Success) throw new MosquittoException(nameof(MosquittoNative.mosquitto_lib_init), result);
            return new Version(major, minor, revision);
        }
        catch (DllNotFoundException e)
        {
            throw new MosquittoException("libmosquitto.so.1 was not found. Install it: apt install libmosquitto1", e);
        }
    }
}
