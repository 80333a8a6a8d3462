namespace EdgeRunner.Fleet.Tests.Commands;

/// <summary>Runs where <c>scripts/setup.sh</c> has fetched Silero VAD; says so where it has not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SileroFactAttribute : FactAttribute
{
    public SileroFactAttribute()
    {
        if (TestPaths.SileroVad is null)
        {
            Skip = "Silero VAD is not there: run scripts/setup.sh";
        }
    }
}
