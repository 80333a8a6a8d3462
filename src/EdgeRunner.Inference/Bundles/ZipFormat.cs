namespace EdgeRunner.Inference.Bundles;

/// <summary>The subset of ZIP that a bundle is, field by field. Any tool that reads ZIP reads a bundle; <c>zip -0 -X</c> and Python's
/// <c>zipfile</c> make files that are inside the subset. All numbers are little-endian.</summary>
/// <remarks>
/// <code>
/// file      = entry{1..MaxFiles} central{as many, in the same order} end         nothing before, between or after
///
/// entry     = local header, name, extra, content
///   u32 signature 0x04034b50
///   u16 version needed      10 or 20; ours 10
///   u16 flags               0: not encrypted, no data descriptor, not UTF-8 (names are ASCII)
///   u16 method              0: stored
///   u16 time, u16 date      any; ours 00:00 1980-01-01, so that equal contents give equal files
///   u32 crc32               of the content
///   u32 compressed size     = size
///   u32 size                below 0xFFFFFFFF: no ZIP64
///   u16 name length         1..100
///   u16 extra length        0, or the alignment field: u16 id 0xD935, u16 length, u16 alignment, zeros up to it (Android's zipalign)
///   name                    flat, printable ASCII (<see cref="EntryNames"/>), unique also without letter case
///   content                 ours starts at a multiple of 64, so that a mapped file can be handed on in place
///
/// central   = central header, name
///   u32 signature 0x02014b50
///   u16 version made by     any
///   u16 version needed, u16 flags, u16 method, u16 time, u16 date, u32 crc32, u32 compressed size, u32 size, u16 name length
///                           the same as in the local header
///   u16 extra length 0, u16 comment length 0, u16 disk 0
///   u16 internal attributes any
///   u32 external attributes low byte without directory (0x10) and volume label (0x08); the Unix file type in the upper half is none or
///                           a regular file (0x8000): no directory, no link, no device
///   u32 offset              of the local header; that of the first is 0
///   name                    the same as in the local header
///
/// end       u32 signature 0x06054b50, u16 disk 0, u16 disk 0, u16 entries, u16 entries, u32 size and u32 offset of the central headers,
///           u16 comment length 0
/// </code>
/// </remarks>
internal static class ZipFormat
{
    internal const uint LocalSignature = 0x04034b50;
    internal const uint CentralSignature = 0x02014b50;
    internal const uint EndSignature = 0x06054b50;

    internal const int LocalHeaderBytes = 30;
    internal const int CentralHeaderBytes = 46;
    internal const int EndBytes = 22;

    /// <summary>Contents start at a multiple of this: a cache line, and what ONNX Runtime aligns its own tensors to.</summary>
    internal const int Alignment = 64;

    /// <summary>Extra field that only pads.</summary>
    internal const ushort AlignmentFieldId = 0xD935;

    /// <summary>Field id, length and alignment, before the zeros.</summary>
    internal const int AlignmentFieldBytes = 6;

    /// <summary>An extra field at its longest: the fixed part and one short of a full line of zeros.</summary>
    internal const int MaxExtraBytes = AlignmentFieldBytes + Alignment - 1;

    /// <summary>1 January 1980, the first day ZIP can express.</summary>
    internal const ushort FirstDate = 0x0021;

    /// <summary>Largest size or offset that is not the mark of ZIP64.</summary>
    internal const long MaxValue = uint.MaxValue - 1;
}
