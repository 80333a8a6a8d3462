using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Tests.Interop;

/// <summary>Somebody else's TUF software in a process of its own: one JSON request a line, one JSON answer a line. Ends with
/// <see cref="Dispose"/>.</summary>
internal sealed class Peer : IDisposable
{
    /// <summary>No test needs a tenth of it; it is here so that a peer that hangs is a failure with words.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly CancellationTokenSource _late = new(Patience);

    private Peer(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) => _errors.Enqueue(e.Data ?? "");
        _process.BeginErrorReadLine();
        _late.Token.Register(() => _process.Kill());
    }

    /// <summary>tuf-js in Node.js.</summary>
    /// <exception cref="FileNotFoundException">It was not fetched: the test must fail, not be skipped.</exception>
    internal static Peer TufJs()
    {
        var modules = TestPaths.Artifact("interop", "node_modules");
        if (!Directory.Exists(Path.Combine(modules, "tuf-js")))
        {
            throw new FileNotFoundException($"{modules} has no tuf-js: run scripts/setup.sh");
        }
        var start = new ProcessStartInfo("node", [Script("node", "client.js")]);
        start.Environment["NODE_PATH"] = modules;
        return new Peer(start);
    }

    /// <summary>Debian's python3-securesystemslib, which only Debian's own Python has.</summary>
    internal static Peer SecureSystemsLib() => new(new ProcessStartInfo("/usr/bin/python3", [Script("python", "signer.py")]));

    /// <summary>Our formats of encryption, written a second time on Debian's python3-cryptography.</summary>
    internal static Peer Sealer() => new(new ProcessStartInfo("/usr/bin/python3", [Script("python", "sealer.py")]));

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }
        _process.Dispose();
        _late.Dispose();
    }

    internal JsonTree Ask(JsonTree request)
    {
        var line = JsonText.Write(request);
        line.AsSpan(..^1).Replace((byte)'\n', (byte)' '); // only white space between values can be one
        var input = _process.StandardInput.BaseStream;
        input.Write(line);
        input.Flush();
        var answer = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"{_process.StartInfo.ArgumentList[0]} has ended: {string.Join('\n', _errors)}");
        return JsonParser.Parse(System.Text.Encoding.UTF8.GetBytes(answer));
    }

    internal IReadOnlyList<byte[]> Canonical(params JsonTree[] trees) =>
        [.. Ask(Request("canonical", ("trees", JsonTree.Of(trees)))).Find("canonical")!.Items.Select(c => Convert.FromBase64String(c.Text))];

    internal static JsonTree Request(string operation, params (string Name, JsonTree Value)[] members) =>
        JsonTree.Of(members.Append((Name: "op", Value: JsonTree.Of(operation))).ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal));

    private static string Script(string folder, string name) =>
        Path.Combine(TestPaths.RepositoryRoot, "tests", "EdgeRunner.Trust.Tests", "Interop", folder, name);
}
