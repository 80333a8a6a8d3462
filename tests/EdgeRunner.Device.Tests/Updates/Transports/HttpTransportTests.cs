using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Tests.Health;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Device.Updates.Transports.Http;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;
using Microsoft.AspNetCore.Http;

namespace EdgeRunner.Device.Tests.Updates.Transports;

public sealed class HttpTransportTests : IAsyncLifetime, IDisposable
{
    private readonly ReleasedFile _file = new(60);
    private WebServer _server = null!;
    private HttpTransport _transport = null!;

    public async Task InitializeAsync()
    {
        _server = await WebServer.StartAsync(_file.Root);
        _transport = new HttpTransport(_server.Address, caFile: null, maxBytesPerSecond: 0, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _server.DisposeAsync();
    }

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Repository_is_read_over_http_with_its_literal_names()
    {
        var time = new ManualTimeProvider();
        using var repository = await SignedRepository.CreateAsync(time);
        var bundle = new byte[300_000];
        Random.Shared.NextBytes(bundle);
        await repository.AddReleaseAsync("vision", "1.0.0+a", 1, bundle);
        using var state = new TempDirectory();
        await using var server = await WebServer.StartAsync(repository.Path);
        await using var road = new HttpTransport(server.Address, null, 0, time);
        var device = new ReleaseRepository(new UpdateOptions { Group = "a", RootFile = repository.RootFile }, state.Path, road, time, new CollectedLog<ReleaseRepository>(), () => true, time.GetUtcNow());

        Assert.Null(await device.RefreshAsync(CancellationToken.None));
        var release = await device.FindAsync("vision", "1.0.0+a", CancellationToken.None);
        var sink = new CollectingSink(release.Chunks.Index);
        await road.FetchChunksAsync(release.Chunks, sink, CancellationToken.None);

        Assert.Equal(bundle, sink.Content);
        Assert.Contains(server.Requests, request => request.Target == "/metadata/2.models%252Fmain.json");
        Assert.Contains(server.Requests, request => request.Target.EndsWith(".1.0.0%2Ba.ermodel", StringComparison.Ordinal) && request.Range.Length > 0);
    }

    [Fact]
    public async Task Python_s_web_server_serves_a_repository_as_it_is()
    {
        _file.Write("metadata/2.models%2Fvision.json", "signed"u8);
        var start = new ProcessStartInfo("python3", ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", _file.Root]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var python = Process.Start(start)!;
        try
        {
            var line = await python.StandardOutput.ReadLineAsync(); // Serving HTTP on 127.0.0.1 port 41234 ...
            var port = int.Parse(line!.Split("port ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
            await using var road = new HttpTransport(new Uri($"http://127.0.0.1:{port}"), null, 0, TimeProvider.System);

            Assert.Equal("signed"u8.ToArray(), (await road.FetchAsync(TransferKind.Metadata, "2.models%2Fvision.json", 100, CancellationToken.None)).Bytes.ToArray());
            Assert.True((await road.FetchAsync(TransferKind.Metadata, "2.root.json", 100, CancellationToken.None)).IsNotFound);
            var sink = new CollectingSink(_file.Index);
            await road.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None);
            Assert.Equal(_file.Content, sink.Content);
        }
        finally
        {
            python.Kill();
            await python.WaitForExitAsync();
        }
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task No_such_file_is_not_found(int status)
    {
        _server.Answer = AnswerWith(status);

        Assert.True((await FetchAsync()).IsNotFound);
    }

    [Theory]
    [InlineData(401, "user and password")]
    [InlineData(403, "answer 404 for what is not there")]
    [InlineData(500, "500 Internal Server Error")]
    [InlineData(503, "try again in 120 s")]
    [InlineData(206, "206")]
    [InlineData(204, "204")]
    public async Task Other_answers_are_trouble_of_the_road_and_say_which(int status, string expected)
    {
        _server.Answer = AnswerWith(status);

        var error = await UnavailableAsync(FetchAsync);

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_server.Address}metadata/timestamp.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(status == 206 ? "without Content-Range" : expected, (await UnavailableAsync(FetchChunksAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_beyond_the_bound_is_too_long_whether_its_length_is_announced_or_not()
    {
        _file.Write("metadata/timestamp.json", new byte[100_000]);
        Assert.True((await FetchAsync(99_999)).IsTooLong);
        Assert.Equal(100_000, (await FetchAsync(100_000)).Bytes.Length);

        var endless = 0;
        _server.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested && endless < 64 << 20)
            {
                await context.Response.Body.WriteAsync(new byte[4096]);
                endless += 4096;
            }

            return true;
        };
        Assert.True((await FetchAsync(100_000)).IsTooLong);
        Assert.True(endless < 64 << 20);
    }

    [Fact]
    public async Task Missing_chunks_are_asked_for_together_and_nothing_else_is()
    {
        var sink = new CollectingSink(_file.Index);
        foreach (var number in new[] { 10, 11, 59 }) sink.Offer(number, _file.Content.AsSpan((int)_file.Index[number].Offset, _file.Index[number].Length));

        await _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None);

        Assert.Equal(_file.Content, sink.Content);
        Assert.Equal((0, 0), (sink.Duplicates, sink.Wrong));
        var ranges = _server.Requests.Select(request => Span(request.Range)).OrderBy(range => range.From).ToArray();
        Assert.Equal(_file.Content.Length - new[] { 10, 11, 59 }.Sum(n => _file.Index[n].Length), ranges.Sum(range => range.To - range.From + 1));
        Assert.All(ranges, range => Assert.InRange(range.To - range.From + 1, 1, ChunkRange.MaxBytes));
        Assert.InRange(ranges.Length, 2, 2 + (_file.Content.Length / (ChunkRange.MaxBytes / 2)));
    }

    [Fact]
    public async Task Server_that_does_not_know_range_is_read_through_once()
    {
        _server.Answer = async context =>
        {
            await context.Response.Body.WriteAsync(_file.Content);
            return true;
        };

        Assert.Equal(_file.Content, (await FetchChunksAsync()).Content);
        Assert.InRange(_server.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task Server_that_gives_less_than_was_asked_for_is_asked_again()
    {
        _server.Answer = async context =>
        {
            var (from, to) = Span(context.Request.Headers.Range.ToString());
            await GiveAsync(context, from, Math.Min(to, from + 500_000), _file.Content.Length);
            return true;
        };

        Assert.Equal(_file.Content, (await FetchChunksAsync()).Content);
    }

    [Theory]
    [InlineData("bytes 1-5/{0}", "were asked for")]
    [InlineData("bytes 0-9999999/{0}", "were asked for")]
    [InlineData("pages 0-5/{0}", "were asked for")]
    [InlineData(null, "without Content-Range")]
    [InlineData("bytes 0-5/17", "has 17 bytes")]
    [InlineData("bytes 0-0/{0}", "no whole chunk")]
    public async Task Answer_for_another_range_is_refused(string? header, string expected)
    {
        _server.Answer = async context =>
        {
            context.Response.StatusCode = 206;
            if (header is not null) context.Response.Headers.ContentRange = string.Format(CultureInfo.InvariantCulture, header, _file.Content.Length);
            await context.Response.Body.WriteAsync(new byte[6]);
            return true;
        };
        // One range only, so that each answer is for the same.
        var sink = new CollectingSink(_file.Index);
        for (var number = 1; number < _file.Index.Count; number++) sink.Offer(number, _file.Content.AsSpan((int)_file.Index[number].Offset, _file.Index[number].Length));

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (sink.Missing, sink.Wrong));
    }

    [Fact]
    public async Task Line_that_is_cut_again_and_again_still_brings_the_file()
    {
        _server.Answer = async context =>
        {
            var (from, to) = Span(context.Request.Headers.Range.ToString());
            if (to - from < 700_000) return false;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{to}/{_file.Content.Length}";
            context.Response.ContentLength = to - from + 1;
            await context.Response.Body.WriteAsync(_file.Content.AsMemory((int)from, 600_000));
            context.Abort();
            return true;
        };

        Assert.Equal(_file.Content, (await FetchChunksAsync()).Content);
    }

    [Fact]
    public async Task Line_that_is_cut_before_anything_came_is_given_up()
    {
        _server.Answer = context =>
        {
            context.Abort();
            return Task.FromResult(true);
        };

        await UnavailableAsync(FetchChunksAsync);
        await UnavailableAsync(FetchAsync);
    }

    [Fact]
    public async Task File_that_is_damaged_on_the_server_gives_its_good_chunks_and_says_how_many_are_bad()
    {
        var bytes = (byte[])_file.Content.Clone();
        bytes[_file.Index[4].Offset] ^= 1;
        bytes[_file.Index[40].Offset] ^= 1;
        File.WriteAllBytes(_file.File, bytes);
        var sink = new CollectingSink(_file.Index);

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None));

        Assert.Contains($"2 of its 60 chunks, the first at byte {_file.Index[4].Offset}", error.Message, StringComparison.Ordinal);
        Assert.Equal((2, 2), (sink.Missing, sink.Wrong));
    }

    [Fact]
    public async Task File_that_is_not_there_or_has_another_length_says_so()
    {
        File.WriteAllBytes(_file.File, _file.Content[..100]);
        Assert.Contains("signed", (await UnavailableAsync(FetchChunksAsync)).Message, StringComparison.Ordinal);

        File.Delete(_file.File);
        Assert.Contains("no such file though it was signed", (await UnavailableAsync(FetchChunksAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_are_followed_but_not_in_circles_and_without_the_password()
    {
        await using var other = await WebServer.StartAsync(_file.Root);
        var authorizations = new List<string>();
        other.Answer = context =>
        {
            authorizations.Add(context.Request.Headers.Authorization.ToString());
            return Task.FromResult(false);
        };
        _server.Answer = context => Redirect(context, $"{other.Address}{context.Request.Path.Value![1..]}");
        await using var withPassword = new HttpTransport(new UriBuilder(_server.Address) { UserName = "user", Password = "p%40ss" }.Uri, null, 0, TimeProvider.System);

        var result = await withPassword.FetchAsync(TransferKind.Metadata, "timestamp.json", 100, CancellationToken.None);
        Assert.Equal("{}"u8.ToArray(), result.Bytes.ToArray());
        Assert.Equal([""], authorizations);

        _server.Answer = context => Redirect(context, context.Request.Path.Value!);
        Assert.Contains("more than 5 redirects", (await UnavailableAsync(FetchAsync)).Message, StringComparison.Ordinal);

        _server.Answer = context => Redirect(context, "ftp://127.0.0.1/x");
        Assert.Contains("to ftp", (await UnavailableAsync(FetchAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_and_password_are_sent_and_never_shown()
    {
        var seen = "";
        _server.Answer = context =>
        {
            seen = context.Request.Headers.Authorization.ToString();
            context.Response.StatusCode = 403;
            return Task.FromResult(true);
        };
        await using var transport = new HttpTransport(new UriBuilder(_server.Address) { UserName = "user", Password = "p%40ss", Path = "/repo", Query = "?sig=secret" }.Uri, null, 0, TimeProvider.System);

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => transport.FetchAsync(TransferKind.Metadata, "timestamp.json", 100, CancellationToken.None).AsTask());

        Assert.Equal("user:p@ss", Encoding.UTF8.GetString(Convert.FromBase64String(seen["Basic ".Length..])));
        Assert.DoesNotContain("p@ss", error.Message + transport.Name, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message + transport.Name, StringComparison.Ordinal);
        Assert.Equal("/repo/metadata/timestamp.json?sig=secret", _server.Requests.Single().Target);
    }

    [Fact]
    public async Task Tls_is_checked_with_the_configured_certificates()
    {
        using var pki = new TestPki();
        using var otherPki = new TestPki("another CA");
        await using var server = await WebServer.StartAsync(_file.Root, pki);

        Assert.Equal("{}"u8.ToArray(), (await FetchOverTlsAsync(pki.CaFile)).Bytes.ToArray());
        foreach (var caFile in new[] { otherPki.CaFile, null })
            Assert.Contains("TLS failed", (await UnavailableAsync(() => FetchOverTlsAsync(caFile))).Message, StringComparison.Ordinal);

        server.Answer = context => Redirect(context, $"{_server.Address}metadata/timestamp.json");
        Assert.Contains("from https to http", (await UnavailableAsync(() => FetchOverTlsAsync(pki.CaFile))).Message, StringComparison.Ordinal);

        foreach (var bad in new[] { _file.Beside("nothing.pem"), _file.File })
            Assert.Contains($"updates.httpCaFile {bad}", (await UnavailableAsync(() => FetchOverTlsAsync(bad))).Message, StringComparison.Ordinal);

        async Task<FetchResult> FetchOverTlsAsync(string? caFile)
        {
            await using var transport = new HttpTransport(server.Address, caFile, 0, TimeProvider.System);
            return await transport.FetchAsync(TransferKind.Metadata, "timestamp.json", 100, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Encoded_body_is_refused()
    {
        _server.Answer = async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(new byte[10]);
            return true;
        };

        Assert.Contains("gzip", (await UnavailableAsync(FetchAsync)).Message, StringComparison.Ordinal);
        Assert.Contains("gzip", (await UnavailableAsync(FetchChunksAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_said_in_words()
    {
        using var reserved = new Socket(SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound and not listening: nobody else can get the port
        await using var transport = new HttpTransport(new Uri($"http://{reserved.LocalEndPoint}/"), null, 0, TimeProvider.System);

        var error = await UnavailableAsync(() => transport.FetchAsync(TransferKind.Metadata, "timestamp.json", 100, CancellationToken.None).AsTask());

        Assert.Contains("no connection", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "no answer within 30 s")]
    [InlineData(true, "too slow")]
    public async Task Silence_and_a_drip_of_bytes_are_given_up(bool drips, string expected)
    {
        var time = new ManualTimeProvider();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = async context =>
        {
            asked.TrySetResult();
            while (!context.RequestAborted.IsCancellationRequested)
            {
                if (drips) await context.Response.Body.WriteAsync(new byte[1]);
                await Task.Delay(20);
            }

            return true;
        };
        await using var transport = new HttpTransport(_server.Address, null, 0, time);
        var fetch = transport.FetchAsync(TransferKind.Metadata, "timestamp.json", 1 << 20, CancellationToken.None).AsTask();

        await asked.Task;
        while (!fetch.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        Assert.Contains(expected, (await UnavailableAsync(() => fetch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rate_is_kept_over_all_requests()
    {
        var time = new ManualTimeProvider();
        var start = time.GetUtcNow();
        await using var transport = new HttpTransport(_server.Address, null, 400_000, time);
        var sink = new CollectingSink(_file.Index);
        var fetch = transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None);

        while (!fetch.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }

        await fetch;
        // The bucket may be full once, and each of two requests may owe its last read of a chunk.
        var least = (_file.Content.Length - 400_000 - (2 * 131_072)) / 400_000.0;
        Assert.True((time.GetUtcNow() - start).TotalSeconds >= least, $"{_file.Content.Length} bytes in {(time.GetUtcNow() - start).TotalSeconds} s");
    }

    [Fact]
    public async Task Trouble_of_the_sink_is_not_said_to_be_trouble_of_the_road()
    {
        var sink = new CollectingSink(_file.Index) { OnTaken = _ => throw new IOException("No space left on device") };

        Assert.Contains("No space", (await Assert.ThrowsAsync<IOException>(() => _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    private static (long From, long To) Span(string range)
    {
        var parts = range["bytes=".Length..].Split('-');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static Task<bool> Redirect(HttpContext context, string address)
    {
        context.Response.Redirect(address);
        return Task.FromResult(true);
    }

    private static Func<HttpContext, Task<bool>> AnswerWith(int status) => context =>
    {
        context.Response.StatusCode = status;
        if (status == 503) context.Response.Headers.RetryAfter = "120";
        return Task.FromResult(true);
    };

    private static Task<RepositoryUnavailableException> UnavailableAsync(Func<Task> act) => Assert.ThrowsAsync<RepositoryUnavailableException>(act);

    private async Task GiveAsync(HttpContext context, long from, long to, long length)
    {
        context.Response.StatusCode = 206;
        context.Response.Headers.ContentRange = $"bytes {from}-{to}/{length}";
        await context.Response.Body.WriteAsync(_file.Content.AsMemory((int)from, (int)(to - from + 1)));
    }

    private Task<FetchResult> FetchAsync() => FetchAsync(1 << 20);

    private Task<FetchResult> FetchAsync(int maxBytes) => _transport.FetchAsync(TransferKind.Metadata, "timestamp.json", maxBytes, CancellationToken.None).AsTask();

    private async Task<CollectingSink> FetchChunksAsync()
    {
        var sink = new CollectingSink(_file.Index);
        await _transport.FetchChunksAsync(_file.Fetch, sink, CancellationToken.None);
        return sink;
    }
}
