namespace EdgeRunner.Fleet.Keys;

/// <summary>The person at the keyboard, if there is one.</summary>
internal interface ITerminal
{
    /// <summary>False for cron, pipes and CI: nothing may be asked then.</summary>
    bool IsInteractive { get; }

    /// <summary>Asks a question and reads a line. The question goes to the error stream, so that <c>--json</c> stays clean.</summary>
    /// <returns>Empty at the end of input.</returns>
    string Ask(string question);

    /// <summary>As <see cref="Ask"/>, without showing what is typed.</summary>
    string AskSecret(string question);

    /// <summary>Columns and rows of the screen that the output goes to; null when it goes elsewhere, where nothing can be drawn anew.</summary>
    (int Columns, int Rows)? Screen => null;
}
