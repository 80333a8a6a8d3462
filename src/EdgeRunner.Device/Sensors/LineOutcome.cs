namespace EdgeRunner.Device.Sensors;

/// <summary>What a line was.</summary>
internal enum LineOutcome
{
    /// <summary>A frame.</summary>
    Frame,

    /// <summary>Blank, a comment or a header.</summary>
    Skipped,

    /// <summary>Not what it should be; see <see cref="LineParser.Complain"/>.</summary>
    Bad,
}
