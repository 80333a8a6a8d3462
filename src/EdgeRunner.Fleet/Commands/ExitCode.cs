namespace EdgeRunner.Fleet.Commands;

/// <summary>What the programs tell their caller, as in <c>sysexits.h</c> where that has a number.</summary>
internal static class ExitCode
{
    internal const int Ok = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;
    internal const int Permission = 77;
}
