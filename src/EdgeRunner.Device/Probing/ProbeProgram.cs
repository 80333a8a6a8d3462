namespace EdgeRunner.Device.Probing;

/// <summary>The program that is started to probe a model.</summary>
/// <param name="File">Its path.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ProbeProgram(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>The hidden command of <c>edgerunner</c> that is the child.</summary>
    public const string ChildCommand = "probe-child";

    /// <summary>This very program.</summary>
    /// <exception cref="InvalidOperationException">It does not know its own path.</exception>
    public static ProbeProgram Self { get; } = Of(Environment.ProcessPath ?? throw new InvalidOperationException("this process does not know its program"), Environment.GetCommandLineArgs());

    // "dotnet edgerunner.dll" while developing: the first argument is then the assembly.
    private static ProbeProgram Of(string program, string[] commandLine) =>
        string.Equals(Path.GetFileNameWithoutExtension(program), "dotnet", StringComparison.Ordinal) && commandLine.Length > 0
            ? new ProbeProgram(program, [commandLine[0], ChildCommand])
            : new ProbeProgram(program, [ChildCommand]);
}
