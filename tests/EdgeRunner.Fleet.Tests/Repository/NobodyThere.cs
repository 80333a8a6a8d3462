using EdgeRunner.Fleet.Keys;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary>The terminal of a script: a question is an error.</summary>
internal sealed class NobodyThere : ITerminal
{
    public bool IsInteractive => false;

    public string Ask(string question) => throw new InvalidOperationException("nobody is there");

    public string AskSecret(string question) => throw new InvalidOperationException("nobody is there");
}
