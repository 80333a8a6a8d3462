using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Keeps ONNX Runtime from reporting home.</summary>
/// <remarks>From 1.29 on, the Linux library starts a telemetry client with its environment: it makes a device id and a queue of events under
/// <c>~/.cache/Microsoft/DeveloperTools/.onnxruntime</c>, to be sent over the network, unless <c>ORT_DISABLE_TELEMETRY=1</c> is in the process'
/// environment by then; <c>DisableTelemetryEvents</c> comes too late for the start-up events. .NET's own SetEnvironmentVariable changes a
/// managed copy, which C's <c>getenv</c> never sees. Source: docs/Privacy.md of onnxruntime; the files were seen with 1.30 without the
/// variable, and <c>OrtPrivacyTests</c> shows that there are none with it.</remarks>
internal static unsafe partial class OrtTelemetrySwitch
{
    /// <summary>Sets the variable in the process' real environment, over a value the user may have given. Call before the library loads.</summary>
    internal static void Off()
    {
        fixed (byte* name = "ORT_DISABLE_TELEMETRY"u8, value = "1"u8)
        {
            if (setenv(name, value, overwrite: 1) != 0)
            {
                throw new InvalidOperationException("setenv(ORT_DISABLE_TELEMETRY) failed; ONNX Runtime is not loaded, since it would report home.");
            }
        }
        // For child processes that .NET starts: they get the managed copy.
        Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
    }

    /// <seealso href="https://man7.org/linux/man-pages/man3/setenv.3.html"/>
    [LibraryImport("libc")]
    private static partial int setenv(byte* name, byte* value, int overwrite);
}
