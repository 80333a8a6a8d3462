using EdgeRunner.Fleet.Keys;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary>A person who answers as told; more questions than answers is an error of the test.</summary>
internal sealed class ScriptedTerminal(params string[] answers) : ITerminal
{
    private readonly Queue<string> _answers = new(answers);

    internal List<string> Questions { get; } = [];

    public bool IsInteractive => true;

    public string Ask(string question)
    {
        Questions.Add(question);
        return _answers.Dequeue();
    }

    public string AskSecret(string question) => Ask(question);
}
