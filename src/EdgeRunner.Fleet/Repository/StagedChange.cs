namespace EdgeRunner.Fleet.Repository;

/// <summary>What a command has done before anything is signed.</summary>
/// <param name="Lines">One line for each thing.</param>
/// <param name="Warnings">What the person should know of it, without the word.</param>
internal sealed record StagedChange(IReadOnlyList<string> Lines, IReadOnlyList<string> Warnings);
