using System.Net;
using EdgeRunner.Fleet.Commands;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Where a depot listens.</summary>
/// <param name="IsTls">https.</param>
/// <param name="Address">The address of this machine; null = all of them.</param>
/// <param name="Port">0 takes a free one.</param>
internal sealed record HttpAddress(bool IsTls, IPAddress? Address, int Port)
{
    private const string All = "*";
    private const string Local = "localhost";

    /// <summary>Only programs of this machine reach it.</summary>
    public bool IsLoopback => Address is not null && IPAddress.IsLoopback(Address);

    /// <summary>Reads <c>http://127.0.0.1:8480</c>, <c>https://*:8443</c>.</summary>
    /// <exception cref="UsageException">It is none; the message says what would be right.</exception>
    public static HttpAddress Parse(string text)
    {
        // "*" is no host for Uri, and says better than 0.0.0.0 that IPv6 is meant too.
        if (Uri.TryCreate(text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri.AbsolutePath is "/" && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0)
        {
            var isTls = uri.Scheme is "https";
            if (text.Contains("://" + All, StringComparison.Ordinal)) return new HttpAddress(isTls, null, uri.Port);
            if (uri.Host is Local) return new HttpAddress(isTls, IPAddress.Loopback, uri.Port);
            if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return new HttpAddress(isTls, address, uri.Port);
        }
        throw new UsageException($"--http {text} is no address to listen on: expected http://ADDRESS:PORT or https://ADDRESS:PORT, where ADDRESS is an IP address of this machine, localhost, or * for all.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsTls ? "https" : "http")}://{(Address is null ? All : Address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address)}:{Port}";
}
