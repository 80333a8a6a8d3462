using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Updates.Transports.Http;

/// <summary>The requests to one web server: addresses, redirects, TLS, and what went wrong in words. Thread-safe.</summary>
internal sealed class RepositoryServer : IDisposable
{
    private const int MaxRedirects = 5;

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(30);

    private readonly Uri _base;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly string? _caFile;
    private readonly TimeProvider _timeProvider;
    private readonly Lock _gate = new();
    private HttpClient? _client;

    /// <summary>Nothing is opened yet.</summary>
    /// <param name="address">Where <c>metadata/</c> and <c>targets/</c> are; may have a user and password, and a query that goes with each request.</param>
    /// <param name="caFile">PEM file with the certificates trusted for https; null takes the system's.</param>
    /// <param name="timeProvider">For time limits.</param>
    public RepositoryServer(Uri address, string? caFile, TimeProvider timeProvider)
    {
        (_caFile, _timeProvider) = (caFile, timeProvider);
        _base = new UriBuilder(address) { UserName = "", Password = "", Fragment = "", Path = address.AbsolutePath.TrimEnd('/') + "/" }.Uri;
        if (address.UserInfo.Length > 0)
            _authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
        Name = _base.GetLeftPart(UriPartial.Path);
    }

    /// <summary>The address without what is secret.</summary>
    public string Name { get; }

    /// <summary>Where a file is. Names of metadata are percent-encoded names of roles, and are escaped once more: the server's file is called <c>2.models%2Fvision.json</c>.</summary>
    public Uri AddressOf(TransferKind kind, string name)
    {
        var path = string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
        return new Uri($"{Name}{PartOf(kind)}/{path}{_base.Query}");
    }

    /// <summary>Server and file, for messages.</summary>
    public string TitleOf(TransferKind kind, string name) => $"{Name}{PartOf(kind)}/{name}";

    /// <summary>Asks for a file; returns when the head of the answer is there.</summary>
    /// <param name="address">From <see cref="AddressOf"/>.</param>
    /// <param name="range">First and last byte; null for all.</param>
    /// <param name="title">For messages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Any answer but a redirect; the caller disposes it.</returns>
    /// <exception cref="RepositoryUnavailableException">No answer, in words.</exception>
    public async Task<HttpResponseMessage> SendAsync(Uri address, (long From, long To)? range, string title, CancellationToken cancellationToken)
    {
        var client = Client();
        using var late = new CancellationTokenSource(HeaderTime, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.AcceptEncoding.ParseAdd("identity");
                if (range is var (from, to)) request.Headers.Range = new RangeHeaderValue(from, to);
                if (_base.IsBaseOf(address)) request.Headers.Authorization = _authorization;
                var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
                if (!IsRedirect(response.StatusCode))
                {
                    Check(response, title);
                    return response;
                }

                using (response) address = FollowRedirect(address, response, title, redirects);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RepositoryUnavailableException($"{title}: no answer within {HeaderTime.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            throw new RepositoryUnavailableException($"{title}: {WordsFor(e)}", e);
        }
    }

    /// <summary>What an answer says that is neither the file nor "not found".</summary>
    public static RepositoryUnavailableException Refused(HttpResponseMessage response, string title)
    {
        var wait = response.Headers.RetryAfter?.Delta is { } delta ? $", try again in {delta.TotalSeconds:0} s" : "";
        var hint = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => "; a user and password can stand in the address of updates.sources",
            HttpStatusCode.Forbidden => "; the server must let devices read the repository, and answer 404 for what is not there",
            HttpStatusCode.ProxyAuthenticationRequired => "; the proxy wants a user and password",
            _ => "",
        };
        return new RepositoryUnavailableException($"{title}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}{wait}{hint}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _client?.Dispose();
    }

    private static string PartOf(TransferKind kind) => kind == TransferKind.Metadata ? "metadata" : "targets";

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>An encoded body would have other offsets than the file.</summary>
    private static void Check(HttpResponseMessage response, string title)
    {
        var encoding = response.Content.Headers.ContentEncoding.FirstOrDefault(e => !string.Equals(e, "identity", StringComparison.OrdinalIgnoreCase));
        if (encoding is null) return;
        using (response) throw new RepositoryUnavailableException($"{title}: the server encodes the file ({encoding}) though nobody asked; turn that off for the repository");
    }

    private static Uri FollowRedirect(Uri address, HttpResponseMessage response, string title, int redirects)
    {
        if (redirects == MaxRedirects) throw new RepositoryUnavailableException($"{title}: more than {MaxRedirects} redirects");
        var target = response.Headers.Location is { } location ? new Uri(address, location) : throw new RepositoryUnavailableException($"{title}: a redirect without an address");
        return target.Scheme is "https" || string.Equals(target.Scheme, address.Scheme, StringComparison.Ordinal) ? target
            : throw new RepositoryUnavailableException($"{title}: redirected from {address.Scheme} to {target.Scheme}, which is not followed");
    }

    private static string WordsFor(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"the name of the server is not known: {e.Message}",
        HttpRequestError.SecureConnectionError => $"TLS failed: {e.InnerException?.Message ?? e.Message}",
        HttpRequestError.ConnectionError => $"no connection: {e.Message}",
        _ => e.InnerException is { } inner ? $"{e.Message} ({inner.Message})" : e.Message,
    };

    private HttpClient Client()
    {
        lock (_gate) return _client ??= new HttpClient(NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private SocketsHttpHandler NewHandler()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = ConnectTime,
            // Names move to other addresses; a connection must not outlive that for long.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 32, // KiB
        };
        if (_caFile is not null) handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = ChainPolicy(_caFile) };
        return handler;
    }

    private static X509ChainPolicy ChainPolicy(string caFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(caFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RepositoryUnavailableException($"updates.httpCaFile {caFile} cannot be used: {e.Message}", e);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw new RepositoryUnavailableException($"updates.httpCaFile {caFile} has no certificate; expected PEM");
    }
}
