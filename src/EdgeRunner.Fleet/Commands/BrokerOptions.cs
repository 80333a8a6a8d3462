using System.CommandLine;
using System.Security.Cryptography;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The options of every command that talks to the broker.</summary>
internal sealed class BrokerOptions
{
    /// <summary>The fleet of a device whose configuration names none.</summary>
    internal const string DefaultFleet = "default";

    private const string AddressVariable = "EDGEFLEET_BROKER";
    private const string FleetVariable = "EDGEFLEET_FLEET";
    private const string Plain = "mqtt";
    private const string Secure = "mqtts";
    private const int PlainPort = 1883;
    private const int SecurePort = 8883;

    internal Option<string?> Address { get; } = new("--broker", "-b")
    {
        Description = $"The broker: mqtts://HOST[:PORT], or mqtt://HOST[:PORT] without TLS. Default: {AddressVariable}.",
        HelpName = "URL",
        DefaultValueFactory = _ => Variable(AddressVariable),
    };

    internal Option<string> Fleet { get; } = new("--fleet")
    {
        Description = $"Name of the fleet, as in the devices' configuration. Default: {FleetVariable}, else {DefaultFleet}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Variable(FleetVariable) ?? DefaultFleet,
    };

    internal Option<string?> Ca { get; } = new("--ca") { Description = "PEM file of the authorities to trust for mqtts. Default: the system's.", HelpName = "FILE" };

    internal Option<string?> Certificate { get; } = new("--cert") { Description = "PEM file of our client certificate with its chain. Needs --key.", HelpName = "FILE" };

    internal Option<string?> Key { get; } = new("--key") { Description = "PEM file of its private key, without a password.", HelpName = "FILE" };

    internal Option<string?> Username { get; } = new("--username") { Description = "User name at the broker.", HelpName = "NAME" };

    internal Option<string?> PasswordFile { get; } = new("--password-file") { Description = "File whose first line is the password. Needs --username.", HelpName = "FILE" };

    internal void AddTo(Command command)
    {
        command.Add(Address);
        command.Add(Fleet);
        command.Add(Ca);
        command.Add(Certificate);
        command.Add(Key);
        command.Add(Username);
        command.Add(PasswordFile);
    }

    /// <summary>Whether a broker was named at all.</summary>
    internal bool IsGiven(ParseResult parsed) => parsed.GetValue(Address) is { Length: > 0 };

    /// <summary>The fleet.</summary>
    /// <exception cref="UsageException">The name is not allowed.</exception>
    internal string FleetOf(ParseResult parsed)
    {
        var fleet = parsed.GetRequiredValue(Fleet);
        return EdgeTopics.IsValidName(fleet)
            ? fleet
            : throw new UsageException($"--fleet {fleet} is not allowed: 1 to {EdgeTopics.MaxNameLength} of A-Z a-z 0-9 . _ - and not dots only.");
    }

    /// <summary>How to connect. The broker keeps nothing for us when the connection ends.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="clientName">What the client id begins with, e.g. <c>edgefleet-depot</c>; the rest is drawn, so that several can run.</param>
    /// <exception cref="UsageException">Something is missing or does not go together; the message says what would be right.</exception>
    internal MqttSessionOptions SessionOf(ParseResult parsed, string clientName)
    {
        var address = parsed.GetValue(Address) is { Length: > 0 } text
            ? text
            : throw new UsageException($"Name the broker: --broker mqtts://HOST, or set {AddressVariable}.");
        var (secure, host, port) = ParseAddress(address);
        var (username, passwordFile) = (parsed.GetValue(Username), parsed.GetValue(PasswordFile));
        if (passwordFile is not null && username is null)
        {
            throw new UsageException("--password-file needs --username.");
        }

        return new MqttSessionOptions
        {
            Host = host,
            Port = port,
            ClientId = $"{clientName}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
            CleanStart = true,
            SessionExpiry = TimeSpan.Zero,
            Username = username,
            Password = passwordFile is null ? null : ReadPassword(passwordFile),
            Tls = TlsOf(parsed, secure),
        };
    }

    /// <summary>Reads <c>mqtts://HOST[:PORT]</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    internal static (bool Secure, string Host, int Port) ParseAddress(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not (Plain or Secure) || uri.Host.Length == 0
            || uri.UserInfo.Length > 0 || uri.AbsolutePath is not ("" or "/") || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.Port == 0)
        {
            throw new UsageException($"--broker {Shown(address)} is no address of a broker: expected mqtts://HOST[:PORT] or mqtt://HOST[:PORT]; a user is named with --username and --password-file.");
        }

        var secure = uri.Scheme is Secure;
        return (secure, uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : secure ? SecurePort : PlainPort);
    }

    private MqttTlsOptions? TlsOf(ParseResult parsed, bool secure)
    {
        var (ca, certificate, key) = (parsed.GetValue(Ca), parsed.GetValue(Certificate), parsed.GetValue(Key));
        if (!secure)
        {
            return (ca ?? certificate ?? key) is null ? null : throw new UsageException("--ca, --cert and --key are for TLS: name the broker as mqtts://HOST.");
        }
        if (certificate is null != key is null)
        {
            throw new UsageException(certificate is null ? "--key needs --cert." : "--cert needs --key.");
        }

        return new MqttTlsOptions { CaFile = PemOption.Certificates("--ca", ca), CertificateFile = PemOption.Certificates("--cert", certificate), KeyFile = PemOption.Key("--key", key) };
    }

    private static string ReadPassword(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--password-file {file} cannot be read: {e.Message}");
        }
    }

    /// <summary>Without a password that somebody wrote into it.</summary>
    private static string Shown(string address)
    {
        var (scheme, at) = (address.IndexOf("://", StringComparison.Ordinal), address.LastIndexOf('@'));
        return at < 0 ? address : $"{(scheme < 0 ? "" : address[..(scheme + 3)])}***{address[at..]}";
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
