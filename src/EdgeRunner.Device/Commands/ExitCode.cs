namespace EdgeRunner.Device.Commands;

/// <summary>What <c>edgerunner</c> returns to the shell. The numbers above 2 are those of <c>sysexits.h</c>.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The thing asked for was tried and failed; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The words of the command line are wrong.</summary>
    public const int Usage = 2;

    /// <summary>EX_UNAVAILABLE: the daemon does not answer.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_NOPERM: the daemon's socket or files may not be opened by this user.</summary>
    public const int Permission = 77;

    /// <summary>EX_CONFIG: nothing could run with this configuration.</summary>
    public const int Configuration = 78;
}
