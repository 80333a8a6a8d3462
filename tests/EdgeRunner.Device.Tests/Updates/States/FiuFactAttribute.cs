namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>A test that needs <c>fiu-run</c> of Debian's fiu-utils (scripts/setup.sh installs it). Without it the test is reported as skipped, and not as passed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FiuFactAttribute : FactAttribute
{
    public FiuFactAttribute()
    {
        if (!File.Exists("/usr/bin/fiu-run")) Skip = "needs fiu-run: apt-get install fiu-utils";
    }
}
