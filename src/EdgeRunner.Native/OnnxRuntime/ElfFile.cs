using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Looks at a library before the dynamic loader does. The loader maps what the program headers say without asking whether the file
/// is that long: a half-copied library ends the process with SIGBUS instead of an error.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man5/elf.5.html"/>
internal static class ElfFile
{
    private const int HeaderBytes = 64; // Elf64_Ehdr
    private const int ProgramHeaderBytes = 56; // Elf64_Phdr
    private const uint PtLoad = 1;

    /// <summary>Why the file cannot be loaded by this process; null when nothing speaks against it.</summary>
    internal static string? FindProblem(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.StartsWith("\x7F"u8) || !header[1..].StartsWith("ELF"u8))
        {
            return "it is not a library (no ELF header)";
        }
        const byte Class64 = 2;
        const byte LittleEndian = 1;
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        if (header[4] != Class64 || header[5] != LittleEndian || machine != OwnMachine)
        {
            return $"it is for {Describe(machine)}, this program is for {Describe(OwnMachine)}";
        }
        var tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        var length = (ulong)file.Length;
        if (!Fits(tableOffset, (ulong)count * ProgramHeaderBytes, length))
        {
            return Truncated(length);
        }
        Span<byte> entry = stackalloc byte[ProgramHeaderBytes];
        file.Position = (long)tableOffset;
        for (var i = 0; i < count; i++)
        {
            file.ReadExactly(entry);
            var offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
            var size = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == PtLoad && !Fits(offset, size, length))
            {
                return Truncated(length);
            }
        }
        return null;
    }

    private static ushort OwnMachine => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 62, // EM_X86_64
        Architecture.Arm64 => 183, // EM_AARCH64
        _ => 0,
    };

    private static string Describe(ushort machine) => machine switch
    {
        3 => "x86",
        40 => "arm (32-bit)",
        62 => "x64",
        183 => "arm64",
        _ => $"another machine (ELF number {machine})",
    };

    private static bool Fits(ulong offset, ulong size, ulong length) => offset <= length && size <= length - offset;

    private static string Truncated(ulong length) => $"it is cut off (only {length} bytes are there)";
}
