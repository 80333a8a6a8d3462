using System.Buffers.Binary;
using System.Numerics;

namespace EdgeRunner.Device.Telemetry;

/// <summary>One batch in the store, without its records.</summary>
/// <param name="Id">Stream and row number, see <see cref="OutboxSchema"/>.</param>
/// <param name="EpochId">Row of <c>epoch</c>.</param>
/// <param name="BootId">Row of <c>boot</c>.</param>
/// <param name="FirstSeq">First sequence number.</param>
/// <param name="LastSeq">Last sequence number, inclusive.</param>
/// <param name="SizeBytes">Length of the records.</param>
/// <param name="Crc">As stored.</param>
internal readonly record struct OutboxRow(long Id, long EpochId, long BootId, long FirstSeq, long LastSeq, int SizeBytes, uint Crc)
{
    internal long Records => LastSeq - FirstSeq + 1;

    internal int StreamId => (int)(Id >> OutboxSchema.RowBits);

    /// <summary>What the row takes of a cap.</summary>
    internal long CostBytes => SizeBytes + OutboxSchema.RowOverheadBytes;

    /// <summary>CRC-32C (Castagnoli) of the row; hardware does 8 bytes a cycle on x86-64 and AArch64.</summary>
    internal uint ComputeCrc(ReadOnlySpan<byte> records)
    {
        var crc = uint.MaxValue;
        crc = BitOperations.Crc32C(crc, (ulong)Id);
        crc = BitOperations.Crc32C(crc, (ulong)EpochId);
        crc = BitOperations.Crc32C(crc, (ulong)BootId);
        crc = BitOperations.Crc32C(crc, (ulong)FirstSeq);
        crc = BitOperations.Crc32C(crc, (ulong)LastSeq);
        while (records.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(records));
            records = records[sizeof(ulong)..];
        }

        foreach (var b in records)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>True when the row is what was written.</summary>
    internal bool IsIntact(ReadOnlySpan<byte> records) =>
        FirstSeq > 0 && LastSeq >= FirstSeq && !records.IsEmpty && ComputeCrc(records) == Crc;
}
