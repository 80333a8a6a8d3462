using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Depot;
using EdgeRunner.Fleet.Depot.Http;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;
using Microsoft.AspNetCore.Http;

namespace EdgeRunner.Fleet.Tests.Depot.Http;

public sealed class DepotHttpTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
    private readonly HttpClient _client = new();
    private SignedRepository _repository = null!;

    public async Task InitializeAsync() => _repository = await SignedRepository.CreateAsync(_time);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _client.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public async Task Tuf_client_takes_a_release_over_http()
    {
        await _repository.AddAsync("1.0.0", 100_000);
        await using var depot = await StartAsync();
        using var state = new TempDirectory();
        var store = new MetadataStore(state.Path);
        store.Provision(await _client.GetByteArrayAsync(new Uri(depot.Address, "metadata/1.root.json")));
        var client = new TufClient(store, new HttpRoad(_client, depot.Address), new TrustClock(_time, DateTimeOffset.UnixEpoch, () => true));

        await client.RefreshAsync(CancellationToken.None);
        var target = await client.FindTargetAsync("models/vision/1.0.0.ermodel", CancellationToken.None);
        var content = await _client.GetByteArrayAsync(new Uri(depot.Address, "targets/" + target.FetchName));

        Assert.Null(target.File.Digests.Mismatch(content));
        Assert.Equal(100_000, content.Length);
    }

    [Theory]
    [InlineData("metadata/2.models%252Fmain.json")]
    [InlineData("metadata/2.models%2Fmain.json")]
    [InlineData("metadata/2.models%2fmain.json", 404)]
    public async Task Names_of_delegated_roles_are_found_in_both_spellings(string path, int status = 200)
    {
        await _repository.AddAsync("1.0.0", 1000);
        await using var depot = await StartAsync();

        using var response = await _client.GetAsync(new Uri(depot.Address + path));

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 200) Assert.Equal(File.ReadAllBytes(_repository.Layout.RoleFile("models/main", 2)), await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Nothing_but_published_files_is_given_away()
    {
        await _repository.AddAsync("1.0.0", 1000);
        var root = _repository.Layout;
        Directory.CreateDirectory(root.Staged);
        foreach (var file in new[] { Path.Combine(root.Staged, "targets.json"), Path.Combine(root.Metadata, ".timestamp.json.tmp"), Path.Combine(root.Metadata, "notes.txt"), Path.Combine(root.Targets, "readme"), Path.Combine(root.DirectoryPath, ".lock") })
            File.WriteAllText(file, "secret");
        File.CreateSymbolicLink(Path.Combine(root.Metadata, "7.root.json"), "../repository.json");
        File.CreateSymbolicLink(Path.Combine(root.Metadata, "8.root.json"), "/etc/passwd");
        await using var depot = await StartAsync();

        foreach (var target in (string[])[
            "/", "/repository.json", "/staged/targets.json", "/.lock", "/metadata/", "/metadata", "/metadata/.timestamp.json.tmp", "/metadata/notes.txt", "/targets/readme", "/targets/models/vision/",
            "/metadata/../repository.json", "/metadata/..%2Frepository.json", "/metadata/..%252Frepository.json", "/metadata/%2e%2e/repository.json", "/targets/../../online-keys/x.pem", "/targets//etc/passwd",
            "/metadata/timestamp.json%00", "/metadata\\timestamp.json", "//metadata/timestamp.json", "/METADATA/timestamp.json", "/metadata/7.root.json", "/metadata/8.root.json", "/metadata/" + new string('a', 3000)])
        {
            var (status, body) = await RawAsync(depot.Address, $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            Assert.True(status is 404 or 400 or 500, $"{target}: {status}");
            Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
            Assert.DoesNotContain("onlineKeys", body, StringComparison.Ordinal);
            Assert.DoesNotContain("root:", body, StringComparison.Ordinal);
            Assert.DoesNotContain(root.DirectoryPath, body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ranges_heads_tags_and_times_of_keeping_are_right()
    {
        var release = await _repository.AddAsync("1.0.0", 100_000);
        await using var depot = await StartAsync();
        var file = Directory.EnumerateFiles(_repository.Layout.Targets, "*.1.0.0.ermodel", SearchOption.AllDirectories).Single();
        var content = File.ReadAllBytes(file);
        var address = new Uri(depot.Address, "targets/" + Path.GetRelativePath(_repository.Layout.Targets, file));

        using (var whole = await _client.GetAsync(address))
        {
            Assert.Equal(content, await whole.Content.ReadAsByteArrayAsync());
            Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"", whole.Headers.ETag!.Tag);
            Assert.Contains("immutable", whole.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.Equal(("application/octet-stream", "bytes"), (whole.Content.Headers.ContentType!.MediaType, whole.Headers.AcceptRanges.Single()));
        }

        using (var part = await SendAsync(HttpMethod.Get, address, request => request.Headers.Range = new RangeHeaderValue(10, 19)))
        {
            Assert.Equal((206, "bytes 10-19/100000"), ((int)part.StatusCode, part.Content.Headers.ContentRange!.ToString()));
            Assert.Equal(content[10..20], await part.Content.ReadAsByteArrayAsync());
        }

        using (var beyond = await SendAsync(HttpMethod.Get, address, request => request.Headers.Range = new RangeHeaderValue(100_000, null)))
            Assert.Equal((416, "bytes */100000"), ((int)beyond.StatusCode, beyond.Content.Headers.ContentRange!.ToString()));
        using (var head = await SendAsync(HttpMethod.Head, address, _ => { }))
            Assert.Equal((200, 100_000, 0), ((int)head.StatusCode, head.Content.Headers.ContentLength!.Value, (await head.Content.ReadAsByteArrayAsync()).Length));
        using (var post = await SendAsync(HttpMethod.Post, address, _ => { }))
            Assert.Equal((405, "GET, HEAD"), ((int)post.StatusCode, string.Join(", ", post.Content.Headers.Allow)));
        Assert.True(depot.Figures.HttpRequests >= 5 && depot.Figures.HttpBytes >= 100_010);
    }

    [Fact]
    public async Task Timestamp_is_asked_for_each_time_and_costs_nothing_while_it_is_the_same()
    {
        await using var depot = await StartAsync();
        var address = new Uri(depot.Address, "metadata/timestamp.json");
        using var first = await _client.GetAsync(address);
        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());

        using (var same = await SendAsync(HttpMethod.Get, address, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!))) Assert.Equal(304, (int)same.StatusCode);
        await _repository.AddAsync("1.0.0", 1000);
        using (var other = await SendAsync(HttpMethod.Get, address, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!)))
        {
            Assert.Equal(200, (int)other.StatusCode);
            Assert.Equal(_repository.Timestamp(), await other.Content.ReadAsByteArrayAsync());
        }

        using var none = await _client.GetAsync(new Uri(depot.Address, "metadata/2.root.json"));
        Assert.Equal((404, "no-store"), ((int)none.StatusCode, none.Headers.CacheControl!.ToString()));
    }

    [Fact]
    public async Task Curl_resumes_a_download_and_checks_a_tag()
    {
        await _repository.AddAsync("1.0.0", 300_000);
        await using var depot = await StartAsync();
        var file = Directory.EnumerateFiles(_repository.Layout.Targets, "*.1.0.0.ermodel", SearchOption.AllDirectories).Single();
        var address = $"{depot.Address}targets/{Path.GetRelativePath(_repository.Layout.Targets, file)}";
        var output = _repository.Beside("download");
        File.WriteAllBytes(output, File.ReadAllBytes(file)[..100_000]);

        var code = await CurlAsync("--silent", "--fail", "--continue-at", "-", "--output", output, "--write-out", "%{http_code} %{size_download}", address);
        Assert.Equal(("206 200000", true), (code, File.ReadAllBytes(output).AsSpan().SequenceEqual(File.ReadAllBytes(file))));
        Assert.Equal("304", await CurlAsync("--silent", "--header", $"If-None-Match: \"{Path.GetFileName(file).Split('.')[0]}\"", "--write-out", "%{http_code}", address));
        Assert.Equal("404", await CurlAsync("--silent", "--path-as-is", "--output", "/dev/null", "--write-out", "%{http_code}", $"{depot.Address}metadata/../repository.json"));
    }

    [Fact]
    public async Task Health_says_what_is_wrong_and_says_no_more_than_that_to_others()
    {
        await using var depot = await StartAsync();
        using (var well = await _client.GetAsync(new Uri(depot.Address, "healthz")))
        {
            Assert.Equal(200, (int)well.StatusCode);
            var checks = JsonDocument.Parse(await well.Content.ReadAsStringAsync()).RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString());
            Assert.Contains("http", checks);
        }

        depot.Health.Set(DepotHealth.Broker, healthy: false, "no route to host");
        using (var ill = await _client.GetAsync(new Uri(depot.Address, "healthz")))
        {
            Assert.Equal(503, (int)ill.StatusCode);
            Assert.Contains("no route to host", await ill.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal((503, """{"healthy":false}"""), await FromOutsideAsync(depot, "/healthz"));
        Assert.Equal(404, (await FromOutsideAsync(depot, "/metrics")).Status);
        Assert.Equal(200, (await FromOutsideAsync(depot, "/metadata/timestamp.json")).Status);
    }

    [Fact]
    public async Task Monitoring_is_public_when_that_is_said()
    {
        await using var depot = await StartAsync(options => options with { Http = options.Http with { IsMonitoringPublic = true } });

        Assert.Equal(200, (await FromOutsideAsync(depot, "/metrics")).Status);
        Assert.Contains("checks", (await FromOutsideAsync(depot, "/healthz")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_valid_prometheus_text_with_the_expiry_of_each_role()
    {
        await _repository.AddAsync("1.0.0", 1000);
        await using var depot = await StartAsync();
        (await _client.GetAsync(new Uri(depot.Address, "metadata/timestamp.json"))).Dispose();
        (await _client.GetAsync(new Uri(depot.Address, "metadata/9.root.json"))).Dispose();

        var text = await _client.GetStringAsync(new Uri(depot.Address, "metrics"));

        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Matches(new Regex("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[a-z]+=\"[^\"]*\"\\})? -?[0-9]+)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), line);
        Assert.Contains("edgefleet_depot_http_responses_total{class=\"2xx\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("edgefleet_depot_http_responses_total{class=\"4xx\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("edgefleet_depot_healthy{check=\"repository\"} 1\n", text, StringComparison.Ordinal);
        foreach (var (role, days) in new[] { ("timestamp", 1), ("snapshot", 7), ("rollout", 7), ("targets", 365), ("root", 365), ("models/main", 180) })
            Assert.Contains($"edgefleet_repository_role_expires_timestamp_seconds{{role=\"{role}\"}} {_time.GetUtcNow().AddDays(days).ToUnixTimeSeconds()}\n", text, StringComparison.Ordinal);
        Assert.Contains("edgefleet_repository_role_version{role=\"models/main\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_without_settings_and_keys_is_served_with_its_figures()
    {
        await _repository.AddAsync("1.0.0", 1000);
        using var copy = new TempDirectory();
        foreach (var file in new[] { _repository.Layout.Metadata, _repository.Layout.Targets }.SelectMany(part => Directory.EnumerateFiles(part, "*", SearchOption.AllDirectories)))
        {
            var to = copy.File(Path.GetRelativePath(_repository.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        await using var depot = await HttpDepot.StartAsync(copy.Path, configure: null, _time);

        Assert.Equal(_repository.Timestamp(), await _client.GetByteArrayAsync(new Uri(depot.Address, "metadata/timestamp.json")));
        Assert.Contains("expires_timestamp_seconds{role=\"models/main\"}", await _client.GetStringAsync(new Uri(depot.Address, "metrics")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_requests_are_told_when_to_come_again()
    {
        await using var depot = await StartAsync(options => options with { MaxRate = 2 });
        var address = new Uri(depot.Address, "metadata/timestamp.json");
        for (var i = 0; i < 4; i++) (await _client.GetAsync(address)).EnsureSuccessStatusCode().Dispose();

        using (var refused = await _client.GetAsync(address)) Assert.Equal((503, TimeSpan.FromSeconds(1)), ((int)refused.StatusCode, refused.Headers.RetryAfter!.Delta));
        _time.Advance(TimeSpan.FromSeconds(1));
        (await _client.GetAsync(address)).EnsureSuccessStatusCode().Dispose();
    }

    [Fact]
    public async Task Rate_of_all_answers_is_kept()
    {
        await _repository.AddAsync("1.0.0", 500_000);
        await using var depot = await StartAsync(options => options with { Http = options.Http with { MaxBytesPerSecond = 100_000 } });
        var file = Directory.EnumerateFiles(_repository.Layout.Targets, "*.1.0.0.ermodel", SearchOption.AllDirectories).Single();
        var start = _time.GetUtcNow();
        var download = _client.GetByteArrayAsync(new Uri(depot.Address, "targets/" + Path.GetRelativePath(_repository.Layout.Targets, file)));

        while (!download.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1);
        }

        Assert.Equal(500_000, (await download).Length);
        Assert.True((_time.GetUtcNow() - start).TotalSeconds >= 3.9);
    }

    [Fact]
    public async Task Connections_beyond_the_bound_are_closed_and_the_others_served()
    {
        await using var depot = await StartAsync(options => options with { Http = options.Http with { MaxConnections = 2 } });
        using var first = await ConnectAsync(depot.Address);
        using var second = await ConnectAsync(depot.Address);
        // Both have their place once they got an answer.
        foreach (var taken in new[] { first, second }) Assert.StartsWith("HTTP/1.1 200", await AskAsync(taken), StringComparison.Ordinal);

        using var third = await ConnectAsync(depot.Address);
        Assert.Equal("", await AskAsync(third));
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(first), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_that_is_under_way_is_finished_when_the_depot_stops()
    {
        await _repository.AddAsync("1.0.0", 24 << 20); // more than socket buffers hold
        await using var depot = await StartAsync(options => options with { StopTime = TimeSpan.FromMinutes(1) });
        var file = Directory.EnumerateFiles(_repository.Layout.Targets, "*.1.0.0.ermodel", SearchOption.AllDirectories).Single();
        using var response = await _client.GetAsync(new Uri(depot.Address, "targets/" + Path.GetRelativePath(_repository.Layout.Targets, file)), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[1000];
        await body.ReadExactlyAsync(first);

        var stop = depot.StopAsync();
        await Waiting.UntilAsync(() => !Accepts(depot.Address), "the depot listens no more");
        using var hash = SHA256.Create();
        hash.TransformBlock(first, 0, first.Length, null, 0);
        await using (var rest = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write)) await body.CopyToAsync(rest);
        await stop;

        Assert.Equal(Path.GetFileName(file).Split('.')[0], Convert.ToHexStringLower(hash.Hash!));
    }

    [Fact]
    public async Task Renewed_certificate_is_taken_without_a_restart_and_a_broken_one_is_not()
    {
        using var pki = new TestPki();
        var (certificate, key) = (_repository.Beside("cert.pem"), _repository.Beside("key.pem"));
        File.Copy(pki.ServerCertificateFile, certificate);
        File.Copy(pki.ServerKeyFile, key);
        var time = new ManualTimeProvider(DateTimeOffset.UtcNow.AddDays(7).AddMinutes(-1)); // they hold for 7 days of real time
        await using var depot = await HttpDepot.StartAsync(_repository.Path, options => options with { Http = options.Http with { Addresses = [HttpAddress.Parse("https://127.0.0.1:0")], CertificateFile = certificate, KeyFile = key } }, time);
        Assert.Equal("localhost", await SubjectAsync(depot.Address, pki.CaFile));

        var (renewed, renewedKey) = pki.IssueServer("renewed.example");
        Replace(renewedKey, key); // only half of it is there yet
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("localhost", await SubjectAsync(depot.Address, pki.CaFile));
        Assert.Contains("the one before is served on", depot.Health.Summary(), StringComparison.Ordinal);

        Replace(renewed, certificate);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("renewed.example", await SubjectAsync(depot.Address, pki.CaFile));
        Assert.DoesNotContain("certificate", depot.Health.Summary(), StringComparison.Ordinal);

        time.Advance(TimeSpan.FromMinutes(2));
        await SubjectAsync(depot.Address, pki.CaFile);
        Assert.Contains("devices refuse it", depot.Health.Summary(), StringComparison.Ordinal);

        static void Replace(string from, string to)
        {
            File.Copy(from, to, overwrite: true);
            File.SetLastWriteTimeUtc(to, File.GetLastWriteTimeUtc(to).AddSeconds(1)); // also on a file system with whole seconds
        }
    }

    [Fact]
    public void Address_that_is_taken_and_certificate_that_is_none_end_the_command_with_the_reason()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        Assert.Contains(((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture), Fails(ExitCode.Failed, "--http", $"http://{taken.LocalEndpoint}"), StringComparison.Ordinal);
        Assert.Contains("--https-cert", Fails(ExitCode.Failed, "--http", "https://127.0.0.1:0", "--https-cert", _repository.Beside("none"), "--https-key", _repository.Beside("none")), StringComparison.Ordinal);
        Assert.Contains("--https-cert FILE", Fails(ExitCode.Usage, "--http", "https://127.0.0.1:0"), StringComparison.Ordinal);
        Assert.Contains("no address to listen on", Fails(ExitCode.Usage, "--http", "8480"), StringComparison.Ordinal);

        string Fails(int code, params string[] options)
        {
            using var error = new StringWriter();
            Assert.Equal(code, FleetCommand.Run(["depot", "--repo", _repository.Path, .. options], _time, TextWriter.Null, error));
            return error.ToString();
        }
    }

    private static async Task<(int Status, string Body)> FromOutsideAsync(HttpDepot depot, string path)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Connection.LocalIpAddress = IPAddress.Parse("192.0.2.1");
        context.Request.Method = "GET";
        context.Request.Path = path;
        await depot.Site.AnswerAsync(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }

    private static async Task<string> SubjectAsync(Uri address, string caFile)
    {
        using var socket = await ConnectAsync(address);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(caFile);
        X509Certificate? seen = null;
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, chain, _) =>
        {
            seen = certificate;
            return string.Equals(certificate?.Issuer, authority.Subject, StringComparison.Ordinal);
        });
        await tls.AuthenticateAsClientAsync("localhost");
        return seen!.Subject["CN=".Length..];
    }

    private static async Task<Socket> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        return socket;
    }

    private static bool Accepts(Uri address)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>One request on a connection that stays open.</summary>
    /// <returns>What came first of the answer; empty when the connection was closed.</returns>
    private static async Task<string> AskAsync(Socket socket)
    {
        var buffer = new byte[64 << 10];
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("HEAD /metadata/timestamp.json HTTP/1.1\r\nHost: x\r\n\r\n"));
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task<(int Status, string Body)> RawAsync(Uri address, string request)
    {
        using var socket = await ConnectAsync(address);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var text = await reader.ReadToEndAsync();
        return (int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture), text);
    }

    private static async Task<string> CurlAsync(params string[] arguments)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", arguments) { RedirectStandardOutput = true })!;
        var output = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        return output;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, Action<HttpRequestMessage> set)
    {
        using var request = new HttpRequestMessage(method, address);
        set(request);
        return await _client.SendAsync(request);
    }

    private Task<HttpDepot> StartAsync(Func<DepotOptions, DepotOptions>? configure = null) => HttpDepot.StartAsync(_repository.Path, configure, _time);
}
