using EdgeRunner.Inference.Sessions.Caching;

namespace EdgeRunner.Inference.Tests.Sessions.Caching;

public sealed class CpuIdentityTests
{
    [Fact]
    public void Clock_of_the_moment_is_left_out_and_equal_cores_stand_once()
    {
        const string Core = "processor\t: {0}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Xeon\ncpu MHz\t\t: {1}\nflags\t\t: fpu avx2\n";

        var one = CpuIdentity.Describe(string.Format(null, Core, 0, "2400.01") + "\n" + string.Format(null, Core, 1, "800.5"));

        Assert.Equal("vendor_id=GenuineIntel; cpu family=6; model=85; flags=fpu avx2", one);
    }

    [Fact]
    public void Each_kind_of_core_of_a_board_with_two_stands_for_itself()
    {
        // Rockchip RK3399, shortened: four Cortex-A53 (0xd03), two Cortex-A72 (0xd08).
        var text = CpuIdentity.Describe(
            "processor\t: 0\nBogoMIPS\t: 48.00\nFeatures\t: fp asimd aes\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n\n"
            + "processor\t: 1\nFeatures\t: fp asimd aes\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n\n"
            + "processor\t: 4\nFeatures\t: fp asimd aes\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\nSerial\t: 123\n");

        Assert.Equal("Features=fp asimd aes; CPU implementer=0x41; CPU part=0xd03\nFeatures=fp asimd aes; CPU implementer=0x41; CPU part=0xd08", text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData(":::\n: :")]
    [InlineData("flags")]
    public void Hostile_text_gives_nothing(string text) => Assert.Equal("", CpuIdentity.Describe(text));

    [Fact]
    public void This_machine_is_the_same_at_each_look_and_names_its_features()
    {
        Assert.Equal(CpuIdentity.Read(), CpuIdentity.Read());
        Assert.Matches("(flags|Features)=.+", CpuIdentity.Read());
    }

    [Fact]
    public void Unreadable_file_leaves_the_architecture() => Assert.NotEmpty(CpuIdentity.Read("/nowhere/cpuinfo"));
}
