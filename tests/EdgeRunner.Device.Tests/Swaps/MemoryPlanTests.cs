using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Tests.Swaps;

public class MemoryPlanTests
{
    [Theory]
    [InlineData(130, false, "beside")]
    [InlineData(130, true, "beside")]
    [InlineData(129, false, "refuse")]
    [InlineData(129, true, "drop-first")]
    [InlineData(90, true, "drop-first")]
    [InlineData(89, true, "refuse")]
    public void Plan_follows_from_what_is_available(long availableMebibytes, bool mayDrop, string expected)
    {
        var plan = MemoryPlan.Of(new MemoryNeed(100 << 20, "declared"), availableMebibytes << 20, reserveBytes: 30 << 20, oldBytes: 40 << 20, mayDrop);

        Assert.Equal(expected, plan.Mode switch { SwapMode.Beside => "beside", SwapMode.DropFirst => "drop-first", _ => "refuse" });
        Assert.Contains($"it needs 100 MiB (declared), {availableMebibytes} MiB are available, 30 MiB of them are reserved", plan.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_the_kernel_does_not_tell_is_no_reason_to_refuse() =>
        Assert.Equal(SwapMode.Beside, MemoryPlan.Of(new MemoryNeed(1L << 40, "declared"), null, 0, 0, mayDropFirst: false).Mode);
}
