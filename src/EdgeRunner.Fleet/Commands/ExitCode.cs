namespace EdgeRunner.Fleet.Commands;

/// <summary>What the programs tell their caller, as in <c>sysexits.h</c> where that has a number.</summary>
internal static class ExitCode
{
    internal const int Ok = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;
    /// <summary>The broker cannot be reached.</summary>
    internal const int Unavailable = 69;

    /// <summary>Not done yet; ask again later.</summary>
    internal const int UnderWay = 75;
    internal const int Permission = 77;

    /// <summary>Ended by Ctrl-C, as shells say it.</summary>
    internal const int Interrupted = 130;
}
