namespace EdgeRunner.Inference.Bundles;

/// <summary>One entry as the central directory states it.</summary>
/// <param name="Name">Checked by <see cref="EntryNames"/>.</param>
/// <param name="Crc32">CRC-32 the content must have.</param>
/// <param name="SizeBytes">Length of the content, in bytes.</param>
/// <param name="Offset">Where the local header starts.</param>
/// <param name="End">Where the next entry, or the central directory, starts.</param>
/// <param name="SharedFields">Central header from "version needed" to "name length" (24 bytes): the local header must hold the same ones,
/// but for the extra length after them.</param>
internal sealed record ZipEntry(string Name, uint Crc32, long SizeBytes, long Offset, long End, ReadOnlyMemory<byte> SharedFields);
