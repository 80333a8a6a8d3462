using System.Diagnostics;

namespace EdgeRunner.EndToEnd;

/// <summary>One finished run of a program: what it printed and how it ended.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs <paramref name="program"/> to its end, at most two minutes.</summary>
    public static Task<ProgramRun> StartAsync(string program, params string[] arguments) => StartAsync(program, environment: null, arguments);

    public static async Task<ProgramRun> StartAsync(string program, IReadOnlyDictionary<string, string?>? environment, params string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within two minutes");
        }

        return new ProgramRun(process.ExitCode, await output, await errors);
    }
}
