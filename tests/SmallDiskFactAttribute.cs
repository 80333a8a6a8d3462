using Xunit;

namespace EdgeRunner.TestSupport;

/// <summary>A test that mounts a <see cref="SmallDisk"/>. Without the right to mount it is reported as skipped, and not as passed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!SmallDisk.CanMount) Skip = "needs the right to mount a tmpfs";
    }
}
