using System.IO.Compression;
using System.Security.Cryptography;
using EdgeRunner.Inference.Bundles;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Bundles;

public sealed class BundleFormatTests
{
    [Fact]
    public void Bundle_gives_back_its_files_and_the_digest_of_the_whole()
    {
        var files = SampleBundle.Files();
        var bytes = SampleBundle.Write(files);
        using var bundle = SampleBundle.Read(bytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), bundle.Sha256);
        Assert.Equal(bytes.Length, bundle.SizeBytes);
        Assert.Equal("silero-vad 6.0.0", bundle.Manifest.Title);
        foreach (var (name, content) in files)
        {
            Assert.Equal(content, bundle.GetFile(name).ToArray());
        }
        Assert.Equal(BundleErrorReason.FileList, Assert.Throws<BundleException>(() => bundle.GetFile("none")).Reason);
        Assert.False(bundle.TryGetFile("none", out _));
        bundle.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bundle.GetFile("vad.onnx"));
    }

    [Fact]
    public void Same_files_in_any_order_give_the_same_bytes_with_contents_on_64_byte_lines()
    {
        var files = SampleBundle.Files();
        var bytes = SampleBundle.Write(files);
        Assert.Equal(bytes, SampleBundle.Write(files.Reverse().ToDictionary(file => file.Key, file => file.Value, StringComparer.Ordinal)));
        Assert.Equal(0, bytes.AsSpan().IndexOf(files["model.json"]) % 64);
        Assert.Equal(0, bytes.AsSpan().IndexOf(files["vad.onnx"]) % 64);
    }

    [Fact]
    public void Any_zip_tool_reads_a_bundle()
    {
        var files = SampleBundle.Files();
        using var archive = new ZipArchive(new MemoryStream(SampleBundle.Write(files)), ZipArchiveMode.Read);
        Assert.Equal(["model.json", "golden-audio.npy", "golden-speech.npy", "vad.onnx"], archive.Entries.Select(entry => entry.FullName), StringComparer.Ordinal);
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            entry.Open().CopyTo(content);
            Assert.Equal(files[entry.FullName], content.ToArray());
        }
    }

    [Fact]
    public void Plain_stored_zip_of_another_tool_is_a_bundle()
    {
        using var bundle = SampleBundle.Read(RawZip.Of(RawZip.From(SampleBundle.Files())));
        Assert.Equal(4, bundle.FileNames.Count);
    }

    [Fact]
    public void Any_files_survive_a_round_trip()
    {
        var contents = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf().Resize(300).ArrayOf().Resize(12).ToArbitrary();
        Prop.ForAll(contents, list =>
        {
            var files = list.Select((content, i) => (Name: $"f{i}.npy", Content: content)).ToDictionary(file => file.Name, file => file.Content, StringComparer.Ordinal);
            foreach (var (name, content) in SampleBundle.Files())
            {
                files[name] = content;
            }
            files["model.json"] = SampleBundle.ManifestFor(files);
            using var bundle = SampleBundle.Read(SampleBundle.Write(files));
            return files.All(file => bundle.GetFile(file.Key).Span.SequenceEqual(file.Value));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Crc_is_that_of_zip()
    {
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));
        Assert.Equal(Crc32.Append(0, "123456789"u8), Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));
    }

    [Fact]
    public void No_single_changed_byte_and_no_cut_goes_unnoticed_but_for_times_and_attributes()
    {
        var bundle = SampleBundle.Write();
        var original = Convert.ToHexStringLower(SHA256.HashData(bundle));
        var silent = 0;
        for (var position = 0; position < bundle.Length; position++)
        {
            foreach (var mask in new byte[] { 0x01, 0x80, 0xFF })
            {
                var changed = (byte[])bundle.Clone();
                changed[position] ^= mask;
                try
                {
                    using var read = SampleBundle.Read(changed);
                    Assert.NotEqual(original, read.Sha256, StringComparer.Ordinal);
                    silent++;
                }
                catch (BundleException)
                {
                    // Refused: what must happen for every byte that matters.
                }
            }
            Assert.IsType<BundleException>(Record.Exception(() => SampleBundle.Read(bundle[..position])));
        }
        // "Version made by" (2 bytes), internal attributes (2) and permission bits are the only bytes that may differ; 4 entries have them.
        Assert.InRange(silent, 1, 4 * 8 * 3);
    }

    [Fact]
    public void Random_damage_is_refused_or_harmless_and_never_crashes()
    {
        var bundle = SampleBundle.Write();
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = (byte[])bundle.Clone();
            for (var flips = random.Next(1, 8); flips > 0; flips--)
            {
                // Half of the damage goes into the directory, where the fields are.
                var from = random.Next(2) == 0 ? 0 : bundle.Length - 300;
                changed[random.Next(from, bundle.Length)] = (byte)random.Next(256);
            }
            try
            {
                SampleBundle.Read(changed).Dispose();
            }
            catch (BundleException)
            {
                // The one answer to a damaged bundle.
            }
        }
    }
}
