namespace EdgeRunner.Fleet.Releases;

/// <summary>Why nothing was packed, as the JSON has it.</summary>
/// <param name="Reason">Kind of problem.</param>
/// <param name="File">The file or directory at fault.</param>
/// <param name="Problems">Each with its place, the value found and what would be right.</param>
internal sealed record PackFailure(string Reason, string File, IReadOnlyList<string> Problems);
