using System.Diagnostics;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

/// <summary>ONNX Runtime neither writes files nor talks to anyone: it runs in a process of its own, with an empty home, and what that
/// process leaves behind and asks of the kernel is looked at.</summary>
public sealed class OrtPrivacyTests
{
    [Fact]
    public async Task Running_a_model_writes_nothing_into_home_and_leaves_no_socket_open()
    {
        using var home = new TempDirectory();
        var output = await RunChildAsync(home, straceLog: null);

        Assert.Contains("open ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("open socket:", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path, "*", SearchOption.AllDirectories));
    }

    [StraceFact]
    public async Task Running_a_model_makes_no_network_call()
    {
        using var home = new TempDirectory();
        using var logs = new TempDirectory();
        await RunChildAsync(home, logs.File("strace.log"));

        var calls = await File.ReadAllTextAsync(logs.File("strace.log"));
        Assert.Contains("libonnxruntime", calls, StringComparison.Ordinal); // The trace saw the library being opened.
        Assert.DoesNotContain("socket(", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("connect(", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("/.cache", calls, StringComparison.Ordinal);
    }

    private static async Task<string> RunChildAsync(TempDirectory home, string? straceLog)
    {
        string[] command =
        [
            .. straceLog is null ? [] : new[] { "strace", "-f", "-qq", "-e", "trace=network,openat,mkdir,mkdirat", "-o", straceLog },
            "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "EdgeRunner.Native.Tests.dll"), TestPaths.OnnxRuntimeLibrary, TestPaths.Model("digits_mlp"),
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home.Path,
        };
        start.Environment["HOME"] = home.Path;
        start.Environment.Remove("XDG_CACHE_HOME");
        start.Environment["ORT_DISABLE_TELEMETRY"] = "0"; // The user's wish to be spied on is not granted.
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // .NET's own diagnostics socket is not what is asked about.
        using var child = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var error = child.StandardError.ReadToEndAsync(timeout.Token);
            var output = await child.StandardOutput.ReadToEndAsync(timeout.Token);
            await child.WaitForExitAsync(timeout.Token);
            Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}: {await error}");
            Assert.EndsWith("done\n", output, StringComparison.Ordinal);
            return output;
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Skipped without strace, or in a sandbox without ptrace.</summary>
    private sealed class StraceFactAttribute : FactAttribute
    {
        public StraceFactAttribute() => Skip = FindProblem();

        private static string? FindProblem()
        {
            try
            {
                using var probe = Process.Start(new ProcessStartInfo("strace", ["-qq", "-e", "trace=none", "true"]) { RedirectStandardError = true, UseShellExecute = false })!;
                probe.WaitForExit();
                return probe.ExitCode == 0 ? null : "strace may not trace here";
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return "strace is not installed";
            }
        }
    }
}
