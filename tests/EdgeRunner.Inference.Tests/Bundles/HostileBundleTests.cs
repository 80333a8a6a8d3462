using System.IO.Compression;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Inference.Tests.Bundles;

public sealed class HostileBundleTests
{
    private static readonly RawZip.Entry Plain = new("a.npy", [1, 2, 3]);

    private static void Refused(byte[] bundle, BundleErrorReason reason, string message)
    {
        var refused = SampleBundle.Refuse(bundle);
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("sample.ermodel: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc/cron.d/x", "path separator")]
    [InlineData("/etc/passwd", "path separator")]
    [InlineData("..\\x", "path separator")]
    [InlineData("..", "climbs out")]
    [InlineData("dir/", "path separator")]
    [InlineData("", "empty name")]
    [InlineData("a\0b", "control or non-ASCII")]
    [InlineData("\u001b[2J", "control or non-ASCII")]
    [InlineData("Wärme.npy", "control or non-ASCII")]
    [InlineData("C:x", "file system")]
    [InlineData("x.", "ends with")]
    public void Names_that_are_not_flat_files_are_refused(string name, string message)
    {
        Refused(RawZip.Of(Plain with { Name = name }), BundleErrorReason.EntryName, message);
        Assert.DoesNotContain(SampleBundle.Refuse(RawZip.Of(Plain with { Name = name })).Message, char.IsControl);
    }

    [Fact]
    public void Name_of_more_than_100_characters_is_refused() =>
        Refused(RawZip.Of(Plain with { Name = new string('a', 101) }), BundleErrorReason.EntryName, "101 characters");

    [Theory]
    [InlineData(0xA1FFu << 16, "is a link")]
    [InlineData(0x41EDu << 16, "is a directory")]
    [InlineData(0x10u, "is a directory")]
    [InlineData(0x61A4u << 16, "is a special file")]
    [InlineData(0x11A4u << 16, "is a special file")]
    public void Links_directories_and_devices_are_refused(uint external, string message) =>
        Refused(RawZip.Of(Plain with { External = external }), BundleErrorReason.EntryName, message);

    [Fact]
    public void Names_that_differ_only_in_case_are_refused() =>
        Refused(RawZip.Of(Plain, Plain with { Name = "A.NPY" }), BundleErrorReason.EntryName, "is there twice");

    [Fact]
    public void Real_zip_bomb_is_refused_as_compressed_without_being_inflated()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("model.json", CompressionLevel.SmallestSize).Open())
        {
            entry.Write(new byte[50_000_000]);
        }
        Refused(stream.ToArray(), BundleErrorReason.Structure, "is compressed (method 8)");
    }

    [Fact]
    public void Encrypted_and_streamed_entries_and_zip64_are_refused()
    {
        Refused(RawZip.Of(Plain with { Flags = 1 }), BundleErrorReason.Structure, "is encrypted");
        Refused(RawZip.Of(Plain with { Flags = 8 }), BundleErrorReason.Structure, "data descriptor");
        Refused(RawZip.Of(Plain with { Flags = 0x800 }), BundleErrorReason.Structure, "flags 0x0800");
        Refused(RawZip.Of(Plain with { Needed = 45 }), BundleErrorReason.Structure, "ZIP64");
        Refused(RawZip.Of(Plain with { Size = uint.MaxValue }), BundleErrorReason.Structure, "ZIP64");
        Refused(RawZip.Of(Plain with { CentralExtra = [1, 0, 0, 0] }), BundleErrorReason.Structure, "extra field");
        Refused(new RawZip { Count = 0xFFFF }.Write(Plain), BundleErrorReason.Structure, "ZIP64");
    }

    [Fact]
    public void Entry_that_claims_more_than_allowed_is_refused_before_memory_is_taken()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(RawZip.Of(Plain with { Size = 0xFFFFFFF0 }), BundleErrorReason.Limit, "4294967280 bytes, at most 1073741824");
        Refused(RawZip.Of(Plain with { Size = 900_000_000 }), BundleErrorReason.Structure, "overlap");
        Refused(RawZip.Of(Plain with { Name = "model.json", Size = 2_000_000 }), BundleErrorReason.Limit, "2000000 bytes, at most 1048576");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    [Fact]
    public void Limits_on_count_and_total_size_hold()
    {
        var many = Enumerable.Range(0, 257).Select(i => Plain with { Name = $"{i}.npy" }).ToArray();
        Refused(RawZip.Of(many), BundleErrorReason.Limit, "257 files, at most 256");
        var bundle = SampleBundle.Write();
        var refused = SampleBundle.Refuse(bundle, new BundleLimits { MaxBundleBytes = bundle.Length - 1 });
        Assert.Equal(BundleErrorReason.Limit, refused.Reason);
        Assert.Equal(BundleErrorReason.Limit, SampleBundle.Refuse(bundle, new BundleLimits { MaxFileBytes = 2 }).Reason);
    }

    [Fact]
    public void Two_truths_about_one_entry_are_refused()
    {
        Refused(RawZip.Of(Plain with { LocalName = "b.npy" }), BundleErrorReason.Structure, "disagree");
        Refused(RawZip.Of(Plain with { LocalCrc = 1 }), BundleErrorReason.Structure, "disagree");
        Refused(RawZip.Of(Plain with { CompressedSize = 2 }), BundleErrorReason.Structure, "two sizes differ");
        Refused(RawZip.Of(Plain with { LocalExtra = [1, 2, 3, 4, 5, 6] }), BundleErrorReason.Structure, "extra field other than padding");
        Refused(RawZip.Of(Plain with { LocalExtra = [0x35, 0xD9, 3, 0, 64, 0, 7] }), BundleErrorReason.Structure, "extra field other than padding");
    }

    [Fact]
    public void Entries_that_overlap_or_leave_gaps_are_refused()
    {
        Refused(RawZip.Of(Plain, Plain with { Name = "b", Offset = 0 }), BundleErrorReason.Structure, "overlap");
        Refused(RawZip.Of(Plain, Plain with { Name = "b", Offset = 10 }), BundleErrorReason.Structure, "overlap");
        Refused(RawZip.Of(Plain with { After = new byte[200] }), BundleErrorReason.Structure, "200 bytes more");
        Refused(RawZip.Of(Plain with { After = [9] }), BundleErrorReason.Structure, "1 bytes lie between");
        Refused(RawZip.Of(Plain with { Offset = 0x7FFFFFFF }), BundleErrorReason.Structure, "the first entry starts at 0");
    }

    [Fact]
    public void Data_before_between_and_after_are_refused()
    {
        Refused(new RawZip { Before = "#!/bin/sh\n"u8.ToArray() }.Write(Plain), BundleErrorReason.Structure, "nothing in front");
        Refused(new RawZip { BetweenDirectoryAndEnd = [0] }.Write(Plain), BundleErrorReason.Structure, "nothing may lie between");
        Refused(new RawZip { Comment = [65] }.Write(Plain), BundleErrorReason.Structure, "not at its end");
        Refused([.. RawZip.Of(Plain), 0], BundleErrorReason.Structure, "not at its end");
        Refused([], BundleErrorReason.Structure, "0 bytes");
        Refused(new byte[1000], BundleErrorReason.Structure, "no bundle");
        Refused(RawZip.Of(), BundleErrorReason.Structure, "empty");
    }

    [Fact]
    public void Count_that_does_not_fit_the_directory_is_refused()
    {
        Refused(new RawZip { Count = 2 }.Write(Plain), BundleErrorReason.Structure, "cannot hold 2 entries");
        Refused(new RawZip { Count = 1 }.Write(Plain, Plain with { Name = "b" }), BundleErrorReason.Structure, "after the last entry");
    }

    [Fact]
    public void Wrong_digest_wrong_size_unlisted_and_missing_files_are_refused()
    {
        var files = SampleBundle.Files();
        files["golden-audio.npy"] = [1, 2, 4];
        Refused(SampleBundle.Write(files), BundleErrorReason.Digest, "golden-audio.npy: SHA-256 is ");
        files["golden-audio.npy"] = [1, 2, 3, 4];
        Refused(SampleBundle.Write(files), BundleErrorReason.Digest, "golden-audio.npy: 4 bytes, model.json says 3");
        files.Remove("golden-audio.npy");
        Refused(SampleBundle.Write(files), BundleErrorReason.FileList, "golden-audio.npy: is listed in model.json but not in the bundle");
        files = SampleBundle.Files();
        files["extra.sh"] = [1];
        Refused(SampleBundle.Write(files), BundleErrorReason.FileList, "extra.sh: is in the bundle but not in the files of model.json");
        files.Remove("model.json");
        Refused(SampleBundle.Write(files), BundleErrorReason.FileList, "model.json: is not in the bundle");
    }

    [Fact]
    public void Flipped_bit_in_a_file_is_found_by_its_crc()
    {
        var files = SampleBundle.Files();
        files["golden-audio.npy"] = [.. Enumerable.Repeat((byte)0x5A, 1000)];
        files["model.json"] = SampleBundle.ManifestFor(files);
        var bundle = SampleBundle.Write(files);
        bundle[bundle.AsSpan().IndexOf(files["golden-audio.npy"]) + 500] ^= 1;
        Refused(bundle, BundleErrorReason.Digest, "golden-audio.npy: CRC-32");
    }

    [Fact]
    public void Directory_or_missing_file_is_an_io_error()
    {
        using var directory = new TempDirectory();
        Assert.ThrowsAny<Exception>(() => ModelBundle.Open(directory.Path)).IsIoError();
        Assert.ThrowsAny<Exception>(() => ModelBundle.Open(directory.File("none.ermodel"))).IsIoError();
    }
}

file static class IoErrors
{
    internal static void IsIoError(this Exception e) => Assert.True(e is IOException or UnauthorizedAccessException, e.ToString());
}
