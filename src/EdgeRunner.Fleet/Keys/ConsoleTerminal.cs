using System.Text;

namespace EdgeRunner.Fleet.Keys;

/// <summary>The real one.</summary>
internal sealed class ConsoleTerminal : ITerminal
{
    public bool IsInteractive => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public (int Columns, int Rows)? Screen
    {
        get
        {
            if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb")
            {
                return null;
            }
            try
            {
                return Console.WindowWidth > 0 && Console.WindowHeight > 0 ? (Console.WindowWidth, Console.WindowHeight) : (80, 24);
            }
            catch (IOException)
            {
                return (80, 24); // a terminal that does not tell
            }
        }
    }

    public string Ask(string question)
    {
        Console.Error.Write(question);
        return Console.ReadLine()?.Trim() ?? "";
    }

    public string AskSecret(string question)
    {
        Console.Error.Write(question);
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return text.ToString();
                case ConsoleKey.Backspace:
                    text.Length = Math.Max(0, text.Length - 1);
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                    {
                        text.Append(key.KeyChar);
                    }
                    break;
            }
        }
    }
}
