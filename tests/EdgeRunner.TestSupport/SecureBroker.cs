using System.Diagnostics;

namespace EdgeRunner.TestSupport;

/// <summary>A real mosquitto with the configuration and the ACL that we ship, TLS and client certificates, on a loopback port. Only paths, port and the name of
/// the fleet are replaced in the shipped files; its certificates are of <c>scripts/make-test-pki.sh</c>.</summary>
public sealed class SecureBroker : IDisposable
{
    /// <summary>The fleet that the ACL is for.</summary>
    public const string Fleet = "secure";

    private const string ShippedDirectory = "device-configs/mosquitto";

    private readonly TempDirectory _pki = new();

    private SecureBroker(IReadOnlyList<string> devices)
    {
        MakePki(_pki.Path, devices);
        Broker = MosquittoBroker.Start(new MosquittoBrokerOptions { WholeConfiguration = Configuration });
    }

    /// <summary>The process: stop, kill, pause and restart it here.</summary>
    public MosquittoBroker Broker { get; }

    /// <summary>Loopback port, the same over restarts.</summary>
    public int Port => Broker.Port;

    /// <summary>The authority that clients have to trust. The broker is <c>localhost</c> and 127.0.0.1.</summary>
    public string CaFile => _pki.File("ca.crt");

    /// <summary>Directory with <c>NAME.crt</c> and <c>NAME.key</c> of the roles <c>depot</c>, <c>depot-2</c>, <c>fleet</c>, <c>receiver</c> and of each device.</summary>
    public string PkiDirectory => _pki.Path;

    /// <summary>Makes certificates and starts a broker that lets these devices in.</summary>
    /// <param name="devices">Ids; <see cref="AddDevices"/> adds more later.</param>
    public static SecureBroker Start(params string[] devices) => new(devices);

    /// <summary>Certificate and key of a role or a device.</summary>
    public (string CertificateFile, string KeyFile) CertificateOf(string name) => (_pki.File(name + ".crt"), _pki.File(name + ".key"));

    /// <summary>The options that lead <c>edgefleet</c> here in a role.</summary>
    public string[] OptionsOf(string role) =>
        ["--broker", $"mqtts://localhost:{Port}", "--fleet", Fleet, "--ca", CaFile, "--cert", CertificateOf(role).CertificateFile, "--key", CertificateOf(role).KeyFile];

    /// <summary>The environment that leads a device here.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string device) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["EDGERUNNER__Broker__Host"] = "localhost",
        ["EDGERUNNER__Broker__Port"] = $"{Port}",
        ["EDGERUNNER__Broker__Tls__CaFile"] = CaFile,
        ["EDGERUNNER__Broker__Tls__CertificateFile"] = CertificateOf(device).CertificateFile,
        ["EDGERUNNER__Broker__Tls__KeyFile"] = CertificateOf(device).KeyFile,
        ["EDGERUNNER__Device__Fleet"] = Fleet,
        ["EDGERUNNER__Device__Id"] = device,
    };

    /// <summary>Makes certificates for more devices.</summary>
    public void AddDevices(params string[] devices) => MakePki(_pki.Path, devices);

    /// <summary>Runs <c>scripts/make-test-pki.sh</c>.</summary>
    /// <exception cref="InvalidOperationException">It fails; the message has what it said.</exception>
    public static string MakePki(string directory, IEnumerable<string> arguments)
    {
        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(TestPaths.RepositoryRoot, "scripts", "make-test-pki.sh"), directory, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        var said = script.StandardError.ReadToEnd();
        script.WaitForExit();
        return script.ExitCode == 0 ? said : throw new InvalidOperationException($"make-test-pki.sh ended with {script.ExitCode}: {said}");
    }

    public void Dispose()
    {
        Broker.Dispose();
        _pki.Dispose();
    }

    private string Configuration(int port, string directory)
    {
        var acl = Path.Combine(directory, "acl");
        File.WriteAllText(acl, Replace(Shipped("edgerunner.acl"), "FLEET", Fleet));
        var text = Shipped("edgerunner.conf");
        text = Replace(text, "listener 8883\n", $"listener {port} 127.0.0.1\n");
        text = Replace(text, "/etc/mosquitto/certs/", _pki.Path + "/");
        text = Replace(text, "acl_file /etc/mosquitto/edgerunner.acl\n", $"acl_file {acl}\n");
        var shipped = Path.Combine(directory, "conf.d");
        Directory.CreateDirectory(shipped);
        File.WriteAllText(Path.Combine(shipped, "edgerunner.conf"), text);
        // As root mosquitto would drop to a user that cannot read the temporary directory.
        return $"{DebianConfiguration(directory)}user root\nlog_dest stderr\ninclude_dir {shipped}\n";
    }

    /// <summary>What /etc/mosquitto/mosquitto.conf of Debian says before it includes conf.d: a setting of it that ours repeats may keep the broker from starting.</summary>
    private static string DebianConfiguration(string directory) => $"persistence true\npersistence_location {directory}/\n";

    private static string Shipped(string file) => File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, ShippedDirectory, file));

    private static string Replace(string text, string old, string replacement) => text.Contains(old, StringComparison.Ordinal)
        ? text.Replace(old, replacement, StringComparison.Ordinal)
        : throw new InvalidOperationException($"{ShippedDirectory} has no \"{old.Trim()}\" any more: adapt {nameof(SecureBroker)}");
}
