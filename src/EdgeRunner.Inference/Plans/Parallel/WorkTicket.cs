namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>Which member of a region is to be taken next, in one word, so that taking it is one compare-and-exchange.</summary>
/// <remarks><c>generation 32 bit | helpers 8 | members 12 | next 12</c>. Each region that is run has a generation of its own, so a worker that
/// was held up between reading and exchanging takes nothing of a region it has not seen; 2^32 regions in that gap would be needed to fool it.</remarks>
internal static class WorkTicket
{
    /// <summary>Members a region may have to be run side by side.</summary>
    internal const int MaxMembers = (1 << 12) - 1;

    /// <summary>Workers there may be.</summary>
    internal const int MaxHelpers = (1 << 8) - 1;

    internal static long Issue(long before, int helpers, int members) => (((before >>> 32) + 1) << 32) | ((long)helpers << 24) | ((long)members << 12);

    internal static int Next(long ticket) => (int)(ticket & MaxMembers);

    internal static int Members(long ticket) => (int)((ticket >>> 12) & MaxMembers);

    internal static int Helpers(long ticket) => (int)((ticket >>> 24) & MaxHelpers);
}
