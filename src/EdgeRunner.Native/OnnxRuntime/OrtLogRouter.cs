using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Takes ONNX Runtime's log lines to the sinks of all living <see cref="OrtRuntime"/>s.</summary>
/// <remarks>Static because the thing it serves is: a process has one <c>OrtEnv</c>, counted, whose logger is the one given first. A
/// pointer to one runtime's sink handed to it there would dangle once that runtime is gone and another still holds the environment.</remarks>
internal static unsafe class OrtLogRouter
{
    private static ImmutableArray<Action<OrtLogEntry>> s_sinks = [];

    internal static void Add(Action<OrtLogEntry> sink) => ImmutableInterlocked.Update(ref s_sinks, static (all, one) => all.Add(one), sink);

    internal static void Remove(Action<OrtLogEntry> sink) => ImmutableInterlocked.Update(ref s_sinks, static (all, one) => all.Remove(one), sink);

    /// <summary><c>OrtLoggingFunction</c>. Any thread of ONNX Runtime may call it; the texts are valid during the call only.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Write(void* _, int severity, byte* category, byte* logId, byte* location, byte* message)
    {
        var sinks = s_sinks;
        if (sinks.IsEmpty)
        {
            return;
        }
        try
        {
            var entry = new OrtLogEntry((OrtLogSeverity)severity, Text(category), Text(logId), Text(location), Text(message));
            foreach (var sink in sinks)
            {
                sink(entry);
            }
        }
        catch (Exception)
        {
            // An exception that reaches C ends the process. A log line is not worth that, and there is nowhere left to report it to.
        }
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
