using System.ComponentModel;
using System.Diagnostics;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Keys;

/// <summary>Signs with a program, for keys that never leave a token or HSM: the bytes to sign on its standard input, the signature as hex on its standard
/// output (DER for ECDSA). What it writes to its error stream, e.g. "touch the key", goes to ours.</summary>
/// <param name="publicKey">The key that it signs with.</param>
/// <param name="command">Run by <c>/bin/sh -c</c>.</param>
internal sealed class CommandSigner(PublicKey publicKey, string command) : ISigner
{
    private const int MaxOutputChars = 1 << 16;

    public PublicKey PublicKey { get; } = publicKey;

    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false },
        };
        try
        {
            process.Start();
            var output = ReadAsync(process.StandardOutput, cancellationToken);
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading all: its exit code says why.
            }
            var text = await output.ConfigureAwait(false);
            if (text.Length == MaxOutputChars)
            {
                throw new KeyException($"the key command \"{command}\" printed {MaxOutputChars} characters or more, and no signature is that long"); // it may go on for ever
            }
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new KeyException($"the key command \"{command}\" ended with exit code {process.ExitCode}");
            }
            return Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));
        }
        catch (FormatException e)
        {
            throw new KeyException($"the key command \"{command}\" did not print a signature as hex digits", e);
        }
        catch (Win32Exception e)
        {
            throw new KeyException($"the key command \"{command}\" cannot be run: {e.Message}", e);
        }
        finally
        {
            Stop(process);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var buffer = new char[MaxOutputChars];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken).ConfigureAwait(false);
        return new string(buffer, 0, length);
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It never started.
        }
    }
}
