using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Inference.Tests.Bundles;

public sealed class BundlePackerTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _author;

    public BundlePackerTests()
    {
        _author = Directory.CreateDirectory(_directory.File("author")).FullName;
        File.WriteAllText(Path.Combine(_author, "model.json"), SampleBundle.AuthorJson);
        foreach (var (name, content) in SampleBundle.Files().Where(file => !string.Equals(file.Key, "model.json", StringComparison.Ordinal)))
        {
            File.WriteAllBytes(Path.Combine(_author, name), content);
        }
    }

    public void Dispose() => _directory.Dispose();

    private string Output => _directory.File("out.ermodel");

    [Fact]
    public void Directory_becomes_a_bundle_that_opens_and_is_the_same_each_time()
    {
        File.WriteAllText(Path.Combine(_author, "notes.txt"), "not for the device");
        var packed = BundlePacker.Pack(_author, Output);
        using var bundle = ModelBundle.Open(Output);
        Assert.Equal(packed.Sha256, bundle.Sha256);
        Assert.Equal(["notes.txt"], packed.LeftOut);
        Assert.Equal(16, bundle.Manifest.Opsets["ai.onnx"]);
        Assert.Equal(packed.Sha256, BundlePacker.Pack(_author, _directory.File("again.ermodel")).Sha256);
        Assert.Equal(["again.ermodel", "author", "out.ermodel"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Bundle_unpacked_and_packed_again_is_the_same_bundle()
    {
        var first = BundlePacker.Pack(_author, Output);
        var unpacked = _directory.File("unpacked");
        System.IO.Compression.ZipFile.ExtractToDirectory(Output, unpacked);
        Assert.Equal(first.Sha256, BundlePacker.Pack(unpacked, _directory.File("again.ermodel")).Sha256);
    }

    [Fact]
    public void Refused_bundle_leaves_the_old_output_and_no_temporary_file()
    {
        File.WriteAllText(Output, "old");
        Assert.Throws<InvalidOperationException>(() => BundlePacker.Pack(new PackRequest(_author, Output), _ => throw new InvalidOperationException("no")));
        Assert.Equal("old", File.ReadAllText(Output));
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(_directory.Path).Count());
    }

    [Fact]
    public void Missing_file_is_named_with_the_way_out_and_can_be_given_from_elsewhere()
    {
        var elsewhere = _directory.File("downloaded.bin");
        File.Move(Path.Combine(_author, "vad.onnx"), elsewhere);
        var refused = Assert.Throws<BundleException>(() => BundlePacker.Pack(_author, Output));
        Assert.Contains("give its place with --file vad.onnx=PATH", refused.Message, StringComparison.Ordinal);
        var packed = BundlePacker.Pack(new PackRequest(_author, Output, new Dictionary<string, string>(StringComparer.Ordinal) { ["vad.onnx"] = elsewhere }));
        Assert.Contains(packed.Manifest.Files, file => string.Equals(file.Name, "vad.onnx", StringComparison.Ordinal));
        var typo = new PackRequest(_author, Output, new Dictionary<string, string>(StringComparer.Ordinal) { ["vad.onnx"] = elsewhere, ["vda.onnx"] = elsewhere });
        Assert.Contains("did you mean \"vad.onnx\"", Assert.Throws<BundleException>(() => BundlePacker.Pack(typo)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_travel_along_when_they_lie_beside_the_model()
    {
        File.WriteAllBytes(Path.Combine(_author, "vad.onnx"), SampleBundle.Onnx("weights.bin"));
        Assert.Contains("weights.bin", Assert.Throws<BundleException>(() => BundlePacker.Pack(_author, Output)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(_author, "weights.bin"), [1, 2, 3]);
        BundlePacker.Pack(_author, Output);
        using var bundle = ModelBundle.Open(Output);
        Assert.Equal(["weights.bin"], bundle.GetExternalFiles("vad.onnx"));
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/weights.bin")]
    public void External_data_outside_the_bundle_are_refused(string location)
    {
        File.WriteAllBytes(Path.Combine(_author, "vad.onnx"), SampleBundle.Onnx(location));
        Assert.Contains($"vad.onnx: has external data in \"{location}\"", Assert.Throws<BundleException>(() => BundlePacker.Pack(_author, Output)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_that_a_bundle_lacks_are_refused_when_asked_for()
    {
        var files = SampleBundle.Files();
        files["vad.onnx"] = SampleBundle.Onnx("weights.bin");
        files["model.json"] = SampleBundle.ManifestFor(files);
        using var bundle = SampleBundle.Read(SampleBundle.Write(files));
        Assert.Contains("which is not in the bundle", Assert.Throws<BundleException>(() => bundle.GetExternalFiles("vad.onnx")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no model")]
    [InlineData("\u0008")]
    public void File_that_is_no_onnx_model_is_refused(string content)
    {
        File.WriteAllText(Path.Combine(_author, "vad.onnx"), content);
        var refused = Assert.Throws<BundleException>(() => BundlePacker.Pack(_author, Output));
        Assert.Equal(BundleErrorReason.Content, refused.Reason);
        Assert.Contains("vad.onnx: not an ONNX model", refused.Message, StringComparison.Ordinal);
    }
}
