using EdgeRunner.Native.Mosquitto;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Turns what libmosquitto, the kernel, OpenSSL and the broker say into one plain sentence with the fix.</summary>
internal static class ConnectionFaults
{
    // errno on Linux, the same on every architecture we run on (asm-generic/errno.h).
    private const int NetworkUnreachable = 101;
    private const int TimedOut = 110;
    private const int ConnectionRefused = 111;
    private const int HostUnreachable = 113;

    // MQTT 5.0, section 2.4.
    private const int BadUserNameOrPassword = 134;
    private const int NotAuthorised = 135;
    private const int Banned = 138;
    private const int SessionTakenOver = 142;

    internal static MqttConnectionFault Stopped { get; } = new(MqttFaultReason.Stopped, "The session was closed.");

    /// <summary>A call failed, mostly connecting.</summary>
    internal static MqttConnectionFault FromException(MosquittoException e, MqttSessionOptions options, string? libraryErrors)
    {
        var at = options.Endpoint;
        return (e.Error, e.SystemError) switch
        {
            (MosquittoError.NotSupported, _) => new(MqttFaultReason.LibraryMissing, e.Message),
            (MosquittoError.NameResolution or MosquittoError.Lookup, _) => new(MqttFaultReason.UnknownHost,
                $"The host name '{options.Host}' is unknown. Is it spelled right, and does DNS work on this device?"),
            (MosquittoError.Errno, ConnectionRefused) => new(MqttFaultReason.ConnectionRefused,
                $"No broker answers at {at}: the connection was refused. Is it running, and is the port right?"),
            (MosquittoError.Errno, NetworkUnreachable or HostUnreachable) => new(MqttFaultReason.Unreachable,
                $"There is no route to {at}. Is this device on the network, and is the address right?"),
            (MosquittoError.Errno, TimedOut) => ConnectTimedOut(options),
            (MosquittoError.InvalidArgument, _) when options.Tls is not null => new(MqttFaultReason.Tls,
                $"A TLS file cannot be read: {Unreadable(options.Tls) ?? $"{FileList(options.Tls)}. Do they exist, and may this user read them?"}"),
            (MosquittoError.Tls or MosquittoError.TlsHandshake, _) => FromTls(options, libraryErrors),
            _ => new(MqttFaultReason.Lost, $"Connecting to {at} failed: {e.Message}"),
        };
    }

    /// <summary>The loop ended with an error.</summary>
    /// <param name="error">What the library returned.</param>
    /// <param name="established">CONNACK had arrived.</param>
    /// <param name="options">For address and files.</param>
    /// <param name="libraryErrors">What the library logged as errors, or null.</param>
    internal static MqttConnectionFault FromLoop(MosquittoError error, bool established, MqttSessionOptions options, string? libraryErrors)
    {
        if (error is MosquittoError.Tls or MosquittoError.TlsHandshake || libraryErrors?.Contains("OpenSSL", StringComparison.Ordinal) == true)
            return FromTls(options, libraryErrors);
        if (error == MosquittoError.KeepAlive)
            return new(MqttFaultReason.NotAcknowledged, $"The broker at {options.Endpoint} did not answer pings. Is it stalled, or the network down?");
        if (established)
        {
            return new(MqttFaultReason.Lost, $"The connection to {options.Endpoint} broke ({MosquittoLibrary.Describe(error)}). "
                + $"If this repeats: does another client use the client id '{options.ClientId}'?");
        }

        var hint = options.Tls is null ? "Does the port want TLS, or is it not an MQTT 5 broker?"
            : $"Does it want a client certificate (ours: {options.Tls.CertificateFile ?? "none"}), or is it not an MQTT 5 broker?"; // the TLS alert may be lost with the reset
        return new(MqttFaultReason.Lost, $"{options.Endpoint} closed the connection before it answered. {hint}");
    }

    /// <summary>CONNACK refused.</summary>
    internal static MqttConnectionFault FromConnack(int reasonCode, string? reasonText, MqttSessionOptions options)
    {
        var words = Words(reasonCode, reasonText);
        if (reasonCode is BadUserNameOrPassword or NotAuthorised or Banned)
        {
            var who = options.Username is { } user ? $"user '{user}'"
                : options.Tls?.CertificateFile is { } file ? $"the certificate {file}" : "a login without user name";
            return new(MqttFaultReason.NotAuthorised, $"The broker at {options.Endpoint} does not accept {who} ({words}). "
                + "Are name and password right, and does the broker know this device?");
        }

        return new(MqttFaultReason.RefusedByBroker, $"The broker at {options.Endpoint} refused the connection ({words}).");
    }

    /// <summary>The broker's DISCONNECT.</summary>
    internal static MqttConnectionFault FromDisconnect(int reasonCode, MqttSessionOptions options) => new(
        MqttFaultReason.ClosedByBroker,
        reasonCode == SessionTakenOver
            ? $"Another client connected to {options.Endpoint} with client id '{options.ClientId}'. Do two devices have the same id?"
            : $"The broker at {options.Endpoint} ended the connection ({Words(reasonCode, null)}).");

    internal static MqttConnectionFault ConnectTimedOut(MqttSessionOptions options) => new(MqttFaultReason.TimedOut,
        $"No answer from {options.Endpoint} within {PlainSeconds.Of(options.ConnectTimeout)}. Is the address right, does a firewall swallow it, or is the broker stalled?");

    internal static MqttConnectionFault NotAcknowledged(MqttSessionOptions options) => new(MqttFaultReason.NotAcknowledged,
        $"The broker at {options.Endpoint} did not acknowledge within {PlainSeconds.Of(options.PublishTimeout)}. Is it stalled, or the network down?");

    internal static MqttConnectionFault Internal(Exception e, MqttSessionOptions options)
        => new(MqttFaultReason.Internal, $"The connection to {options.Endpoint} was dropped after an internal error: {e.Message}");

    /// <summary>The broker's text if it sent one, else the library's, with the number.</summary>
    internal static string Words(int reasonCode, string? reasonText)
        => $"{(string.IsNullOrEmpty(reasonText) ? MosquittoLibrary.DescribeReason(reasonCode) : reasonText)}, reason code {reasonCode}";

    private static MqttConnectionFault FromTls(MqttSessionOptions options, string? libraryErrors)
    {
        var said = string.IsNullOrEmpty(libraryErrors) ? "no detail" : libraryErrors;
        var tls = options.Tls ?? new MqttTlsOptions();
        if (said.Contains("host name verification failed", StringComparison.Ordinal))
        {
            return new(MqttFaultReason.BrokerNotTrusted,
                $"The certificate of the broker at {options.Endpoint} is for another name than '{options.Host}'. "
                + $"Use the name in the certificate. ({said})");
        }

        if (said.Contains("certificate verify failed", StringComparison.Ordinal))
        {
            return new(MqttFaultReason.BrokerNotTrusted,
                $"The certificate of the broker at {options.Endpoint} is not trusted by {tls.CaFile ?? "the system's authorities"}. "
                + $"Is this the CA that signed it, is the certificate still valid, and is this device's clock right? ({said})");
        }

        if (said.Contains(" alert ", StringComparison.Ordinal))
        {
            return new(MqttFaultReason.NotAuthorised,
                $"The broker at {options.Endpoint} refused the TLS connection. Does it want a client certificate, and one of its own CA? "
                + $"Ours: {tls.CertificateFile ?? "none"}. ({said})");
        }

        var hint = said.Contains("Unable to load", StringComparison.Ordinal) || said.Contains("inconsistent", StringComparison.Ordinal)
            ? $"Are these files right: {FileList(tls)}?" : "Is this a TLS port?";
        return new(MqttFaultReason.Tls, $"TLS to {options.Endpoint} failed. {hint} ({said})");
    }

    /// <summary>Which of the files cannot be opened, and why; null when each can, so that it is the content.</summary>
    private static string? Unreadable(MqttTlsOptions tls)
    {
        List<string> problems = [];
        foreach (var file in new[] { tls.CaFile, tls.CertificateFile, tls.KeyFile }.OfType<string>())
        {
            try
            {
                using var _ = File.OpenRead(file);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                problems.Add($"{file} is not there");
            }
            catch (UnauthorizedAccessException)
            {
                problems.Add($"{file} may not be read by this user, or is a directory");
            }
            catch (IOException e)
            {
                problems.Add($"{file}: {e.Message}");
            }
        }

        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    private static string FileList(MqttTlsOptions tls)
        => string.Join(", ", new[] { tls.CaFile, tls.CertificateFile, tls.KeyFile }.Where(file => file is not null));
}
