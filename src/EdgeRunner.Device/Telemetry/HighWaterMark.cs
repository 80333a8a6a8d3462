using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Device.Telemetry;

/// <summary>A second, tiny place that says how far the numbers of an epoch got: <c>outbox.high</c>. SQLite silently forgets the end of a
/// WAL
/// that is damaged or gone; without this the same numbers would be given to other records, and receivers would drop those as
/// repeats.</summary>
/// <remarks>
/// <para>Format, 64 bytes: <c>EROB1 EPOCH NEXTSEQ CRC\n</c>, the epoch 16 hex digits, the number 20 digits, CRC-32C of what is before it in
/// 8
/// hex digits, blanks up to 63, a line feed.</para>
/// <para>Written after each commit and never flushed: a process that dies loses nothing of it, and a power cut leaves it behind the store,
/// never ahead, because the store is flushed first. The kernel writes the page every 30 s: 11 MB of flash a day at most.</para>
/// </remarks>
internal sealed class HighWaterMark : IDisposable
{
    private const int Size = 64;
    private const int CrcAt = 6 + 16 + 1 + 20 + 1;
    private readonly SafeFileHandle? _file;

    private HighWaterMark(SafeFileHandle? file, string? epoch, long nextSeq)
    {
        _file = file;
        Epoch = epoch;
        NextSeq = nextSeq;
    }

    /// <summary>What the file said when it was opened; null when it said nothing that can be trusted.</summary>
    internal string? Epoch { get; }

    /// <summary>The next number of that epoch.</summary>
    internal long NextSeq { get; }

    /// <summary>Opens or makes the file. Without it the outbox works, less watchful.</summary>
    internal static HighWaterMark Open(string path)
    {
        try
        {
            var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            Span<byte> bytes = stackalloc byte[Size];
            var read = RandomAccess.Read(file, bytes, 0);
            return TryParse(bytes[..read], out var epoch, out var nextSeq)
                ? new HighWaterMark(file, epoch, nextSeq)
                : new HighWaterMark(file, null, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new HighWaterMark(null, null, 0); // the store itself will say what is wrong with the directory
        }
    }

    internal void Write(string epoch, long nextSeq)
    {
        if (_file is null || epoch.Length != 16)
            return;
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Fill((byte)' ');
        "EROB1 "u8.CopyTo(bytes);
        Encoding.ASCII.GetBytes(epoch, bytes[6..]);
        _ = Utf8Formatter.TryFormat(nextSeq, bytes[23..], out _, new System.Buffers.StandardFormat('D', 20));
        _ = Utf8Formatter.TryFormat(Crc(bytes[..CrcAt]), bytes[CrcAt..], out _, new System.Buffers.StandardFormat('x', 8));
        bytes[Size - 1] = (byte)'\n';
        try
        {
            RandomAccess.Write(_file, bytes, 0);
        }
        catch (IOException)
        {
            // A second opinion only: the commit it follows is durable without it.
        }
    }

    /// <summary>Parses the 64 bytes; anything else gives false.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> bytes, out string epoch, out long nextSeq)
    {
        epoch = "";
        nextSeq = 0;
        if (bytes.Length != Size || !bytes.StartsWith("EROB1 "u8)
            || !uint.TryParse(bytes.Slice(CrcAt, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var crc)
            || crc != Crc(bytes[..CrcAt])
            || !long.TryParse(bytes.Slice(23, 20), NumberStyles.None, CultureInfo.InvariantCulture, out nextSeq) || nextSeq < 1)
            return false;
        epoch = Encoding.ASCII.GetString(bytes.Slice(6, 16));
        return true;
    }

    public void Dispose() => _file?.Dispose();

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
