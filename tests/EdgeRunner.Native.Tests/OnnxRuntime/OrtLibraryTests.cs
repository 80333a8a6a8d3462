using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

public sealed class OrtLibraryTests
{
    [Fact]
    public void Missing_library_is_one_error_with_what_was_tried_and_the_fix()
    {
        var e = Refused("/nonexistent/libonnxruntime.so.1");

        Assert.Equal(OrtLibraryProblem.NotFound, e.Problem);
        Assert.Contains("the setting inference.onnxRuntime names /nonexistent/libonnxruntime.so.1, which does not exist", e.Message, StringComparison.Ordinal);
        Assert.Contains("scripts/setup.sh", e.Message, StringComparison.Ordinal);
        Assert.Contains("EDGERUNNER_ONNXRUNTIME", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Directory_without_the_library_is_refused_and_one_with_it_is_taken()
    {
        using var directory = new TempDirectory();
        Assert.Contains("which has no libonnxruntime.so.1", Refused(directory.Path).Message, StringComparison.Ordinal);

        File.CreateSymbolicLink(directory.File("libonnxruntime.so.1"), TestPaths.OnnxRuntimeLibrary);
        using var runtime = OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = directory.Path });
        Assert.Equal(directory.File("libonnxruntime.so.1"), runtime.LibraryPath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("this is not a library, however long the text may be made to fill an ELF header and more")]
    public void Garbage_file_is_refused(string content)
    {
        using var directory = new TempDirectory();
        var file = directory.File("libonnxruntime.so.1");
        File.WriteAllText(file, content);

        var e = Refused(file);

        Assert.Equal(OrtLibraryProblem.NotLoadable, e.Problem);
        Assert.Contains("it is not a library (no ELF header)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    [InlineData(10_000_000)]
    public void Truncated_library_is_refused_before_it_ends_the_process(int keepBytes)
    {
        using var directory = new TempDirectory();
        var file = directory.File("libonnxruntime.so.1");
        CopyHead(file, keepBytes);

        var e = Refused(file);

        Assert.Equal(OrtLibraryProblem.NotLoadable, e.Problem);
        Assert.Contains($"it is cut off (only {keepBytes} bytes are there)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_for_another_machine_is_refused_with_both_names()
    {
        using var directory = new TempDirectory();
        var file = directory.File("libonnxruntime.so.1");
        CopyHead(file, 4096);
        using (var stream = File.OpenWrite(file))
        {
            stream.Position = 18; // e_machine
            stream.WriteByte(40); // EM_ARM
            stream.WriteByte(0);
        }

        Assert.Contains("it is for arm (32-bit), this program is for", Refused(file).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reason_of_the_systems_loader_is_passed_on_without_its_advice()
    {
        // A good ELF header whose dynamic section is gone: only the loader itself can tell.
        using var directory = new TempDirectory();
        var file = directory.File("libonnxruntime.so.1");
        File.Copy(typeof(object).Assembly.Location.Replace("System.Private.CoreLib.dll", "libSystem.Native.so", StringComparison.Ordinal), file);
        using (var stream = new FileStream(file, FileMode.Open))
        {
            var whole = new byte[stream.Length];
            stream.ReadExactly(whole);
            for (var i = BitConverter.ToInt32(whole, 32); i + 56 < whole.Length && i < BitConverter.ToInt32(whole, 32) + (56 * whole[56]); i += 56)
            {
                if (whole[i] == 1)
                {
                    whole[i] = 0; // PT_LOAD -> PT_NULL: nothing is left to load.
                }
            }
            stream.Position = 0;
            stream.Write(whole);
        }

        var e = Refused(file);

        Assert.Equal(OrtLibraryProblem.NotLoadable, e.Problem);
        Assert.Contains("object file has no loadable segments", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LD_DEBUG", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Another_library_is_refused_as_such()
    {
        var other = Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so").Single();

        var e = Refused(other);

        Assert.Equal(OrtLibraryProblem.NotOnnxRuntime, e.Problem);
        Assert.Contains("has no OrtGetApiBase", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.18.0", true)]
    [InlineData("1.18.1-dev", true)]
    [InlineData("1.30.0", true)]
    [InlineData("2.0.0", true)]
    [InlineData("1.17.3", false)]
    [InlineData("0.99.0", false)]
    [InlineData("1", false)]
    [InlineData("", false)]
    [InlineData("one.two", false)]
    public void Version_is_compared_by_numbers(string version, bool expected) => Assert.Equal(expected, OrtLibrary.IsNewEnough(version));

    private static void CopyHead(string file, int bytes)
    {
        using var whole = File.OpenRead(TestPaths.OnnxRuntimeLibrary);
        var head = new byte[bytes];
        whole.ReadExactly(head);
        File.WriteAllBytes(file, head);
    }

    private static OrtLibraryException Refused(string path) =>
        Assert.Throws<OrtLibraryException>(() => OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = path }));
}
