namespace EdgeRunner.Device.Updates.Transports;

/// <summary>A transport with more than one road to choose from.</summary>
internal interface IRoadChoice
{
    /// <summary>Begins to look for news: the first road that works is taken, and kept, because two copies of a repository need not be of the same moment.</summary>
    void BeginRound();

    /// <summary>What the present road brought was refused.</summary>
    /// <param name="reason">Why, in words.</param>
    /// <returns>True when there is a road that was not refused in this round: the next call takes it.</returns>
    bool PassOver(string reason);

    /// <summary>What the roads beside the present one have failed with in this round, each with its name; empty when none has.</summary>
    IReadOnlyList<string> WhatOthersSaid { get; }
}
