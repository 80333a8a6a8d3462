using System.Text;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class AvailableMemoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void This_machine_tells() => Assert.InRange(AvailableMemory.Read()!.Value, 1 << 20, 1L << 50);

    [Fact]
    public void Least_of_machine_and_every_control_group_above_counts()
    {
        Write("proc/meminfo", "MemTotal:       4000000 kB\nMemFree:          1000 kB\nMemAvailable:    900000 kB\n");
        Assert.Equal(900_000L * 1024, Read());

        Write("proc/self/cgroup", "0::/system.slice/edgerunner.service\n");
        Write("cgroup/system.slice/edgerunner.service/memory.max", "max\n");
        Write("cgroup/system.slice/edgerunner.service/memory.current", "50\n");
        Assert.Equal(900_000L * 1024, Read());

        Write("cgroup/system.slice/memory.max", "5000\n");
        Write("cgroup/system.slice/memory.current", "2000\n");
        Assert.Equal(3_000, Read());
        Write("cgroup/system.slice/memory.current", "9000\n");
        Assert.Equal(0, Read());
    }

    [Fact]
    public void Nothing_readable_is_not_known() => Assert.Null(Read());

    [Theory]
    [InlineData("")]
    [InlineData("MemAvailable:")]
    [InlineData("MemAvailable: kB")]
    [InlineData("MemAvailable: -5 kB")]
    [InlineData("MemAvailable: 5 MB")]
    [InlineData("MemAvailable: 5x kB")]
    [InlineData("MemAvailable: 9223372036854775807 kB")]
    [InlineData("MemAvailable: 99999999999999999999 kB")]
    [InlineData(" MemAvailable: 5 kB")]
    public void Hostile_text_is_not_parsed(string text) => Assert.False(AvailableMemory.TryParseAvailable(Encoding.ASCII.GetBytes(text), out _));

    private long? Read() => AvailableMemory.Read(_directory.File("proc"), _directory.File("cgroup"));

    private void Write(string name, string text)
    {
        var path = _directory.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
