using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>Owns one <c>struct mosquitto*</c>. Releasing it closes the socket without a DISCONNECT, so the broker sends the last will.</summary>
internal sealed class MosquittoHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    /// <summary>Takes over a pointer from <c>mosquitto_new</c>.</summary>
    internal void Own(nint mosq) => SetHandle(mosq);

    protected override bool ReleaseHandle()
    {
        MosquittoNative.mosquitto_destroy(handle);
        return true;
    }
}
