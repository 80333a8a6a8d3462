using System.Buffers;
using System.Text.Json;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Writes the telemetry records of one pipeline as JSON into a buffer that is used again and again. One thread.</summary>
/// <remarks>
/// Three kinds, all with <c>t</c>, nanoseconds of <c>CLOCK_BOOTTIME</c>, and the version of the model that decided:
/// <code>
/// {"t":1,"kind":"window","pipeline":"speech","version":"6.0.0","window":17,"endFrame":9216,"label":"speech","active":true,"score":0.93,"latencyUs":103.2}
/// {"t":1,"kind":"decision","pipeline":"speech","version":"6.0.0","label":"speech","active":false,"startFrame":8192,"endFrame":35840,"startSeconds":0.512,"endSeconds":2.24}
/// {"t":1,"kind":"safe","pipeline":"speech","version":"6.0.0","window":18,"endFrame":9728,"active":false,"score":0,"reason":"3 runs in a row took longer than 50 ms; ..."}
/// </code>
/// A window whose output was not valid has <c>"valid":false</c>, what was wrong with it in <c>"fault"</c>, and no score. Seconds are left out when
/// the rate is not known. <c>safe</c> is written once, when the model is turned off.
/// </remarks>
internal sealed class RecordWriter : IDisposable
{
    // The longest record: 20 digits in each of eight numbers, names of at most 64 and 256 bytes, and the keys.
    private const int InitialBytes = 1024;

    private static readonly JsonEncodedText[] FaultWords = [.. Enumerable.Range(0, FaultKinds.Count).Select(kind => JsonEncodedText.Encode(((FaultKind)kind).Word()))];

    private readonly ArrayBufferWriter<byte> _buffer = new(InitialBytes);
    private readonly Utf8JsonWriter _json;
    private readonly JsonEncodedText _pipeline;
    private readonly JsonEncodedText _version;
    private readonly JsonEncodedText[] _labels;
    private readonly double _rateHz;

    public RecordWriter(string pipeline, IReadOnlyList<string> labels, double rateHz, string version)
    {
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
        _pipeline = JsonEncodedText.Encode(pipeline);
        _version = JsonEncodedText.Encode(version);
        _labels = [.. labels.Select(label => JsonEncodedText.Encode(label))];
        _rateHz = rateHz;
    }

    /// <summary>The record of one window; valid until the next call.</summary>
    public ReadOnlySpan<byte> Window(long window, long endFrame, in Decision decision, long latencyNanoseconds, FaultKind fault = FaultKind.None)
    {
        Begin("window"u8);
        _json.WriteNumber("window"u8, window);
        _json.WriteNumber("endFrame"u8, endFrame);
        if (decision.IsActive) _json.WriteString("label"u8, _labels[decision.Label]);
        _json.WriteBoolean("active"u8, decision.IsActive);
        if (decision.IsValid) _json.WriteNumber("score"u8, decision.Score);
        else _json.WriteBoolean("valid"u8, false);
        if (fault != FaultKind.None) _json.WriteString("fault"u8, FaultWords[(int)fault]);
        // Tenths of a microsecond: more digits are noise and bytes on the flash.
        _json.WriteNumber("latencyUs"u8, Math.Round(latencyNanoseconds / 1000.0, 1));
        return End();
    }

    /// <summary>The record of a label that begins; valid until the next call.</summary>
    public ReadOnlySpan<byte> Began(int label, long startFrame)
    {
        Begin("decision"u8);
        _json.WriteString("label"u8, _labels[label]);
        _json.WriteBoolean("active"u8, true);
        Frame("startFrame"u8, "startSeconds"u8, startFrame);
        return End();
    }

    /// <summary>The record of a label that has ended; valid until the next call.</summary>
    public ReadOnlySpan<byte> Ended(in Segment segment)
    {
        Begin("decision"u8);
        _json.WriteString("label"u8, _labels[segment.Label]);
        _json.WriteBoolean("active"u8, false);
        Frame("startFrame"u8, "startSeconds"u8, segment.StartFrame);
        Frame("endFrame"u8, "endSeconds"u8, segment.EndFrame);
        return End();
    }

    /// <summary>The record of the safe state that holds from now on, because the model was turned off; valid until the next call.</summary>
    public ReadOnlySpan<byte> Safe(long window, long endFrame, SafeState safe, string reason)
    {
        Begin("safe"u8);
        _json.WriteNumber("window"u8, window);
        _json.WriteNumber("endFrame"u8, endFrame);
        if (safe.Label != Decision.None) _json.WriteString("label"u8, _labels[safe.Label]);
        _json.WriteBoolean("active"u8, safe.Label != Decision.None);
        _json.WriteNumber("score"u8, safe.Score);
        _json.WriteString("reason"u8, reason);
        return End();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Begin(ReadOnlySpan<byte> kind)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteNumber("t"u8, KernelClock.BoottimeNanoseconds);
        _json.WriteString("kind"u8, kind);
        _json.WriteString("pipeline"u8, _pipeline);
        _json.WriteString("version"u8, _version);
    }

    private void Frame(ReadOnlySpan<byte> frameKey, ReadOnlySpan<byte> secondsKey, long frame)
    {
        _json.WriteNumber(frameKey, frame);
        if (_rateHz > 0) _json.WriteNumber(secondsKey, Math.Round(frame / _rateHz, 6));
    }

    private ReadOnlySpan<byte> End()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan;
    }
}
