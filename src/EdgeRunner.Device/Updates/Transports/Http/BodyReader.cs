using EdgeRunner.Trust;

namespace EdgeRunner.Device.Updates.Transports.Http;

/// <summary>Reads the body of one answer, within the rate and with bounded patience. A server that drips a byte now and then is given up like one that is silent: what
/// counts is the time spent waiting for it against the bytes that came.</summary>
internal sealed class BodyReader : IDisposable
{
    /// <summary>Time that every answer has, whatever its length.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Bytes per second below which an answer is given up once <see cref="Grace"/> is over: as for metadata, a poor NB-IoT link.</summary>
    public const int MinBytesPerSecond = 1 << 10;

    private static readonly TimeSpan Disarmed = TimeSpan.FromDays(1);

    private readonly Stream _stream;
    private readonly RateLimit _rate;
    private readonly TimeProvider _timeProvider;
    private readonly string _what;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _either;
    private TimeSpan _waited;

    /// <summary>Takes over <paramref name="stream"/>.</summary>
    /// <param name="stream">The body.</param>
    /// <param name="rate">The limit that it shares with others.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="what">Server and file, for messages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public BodyReader(Stream stream, RateLimit rate, TimeProvider timeProvider, string what, CancellationToken cancellationToken)
    {
        (_stream, _rate, _timeProvider, _what, _cancellationToken) = (stream, rate, timeProvider, what, cancellationToken);
        _late = new CancellationTokenSource(Disarmed, timeProvider);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, cancellationToken);
    }

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads what there is.</summary>
    /// <returns>0 at the end.</returns>
    /// <exception cref="RepositoryUnavailableException">The line broke, or it is too slow.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        await _rate.WaitAsync(_cancellationToken).ConfigureAwait(false);
        var left = Grace + TimeSpan.FromSeconds((double)BytesRead / MinBytesPerSecond) - _waited;
        if (left <= TimeSpan.Zero) throw TooSlow();
        var start = _timeProvider.GetTimestamp();
        try
        {
            _late.CancelAfter(left < Disarmed ? left : Disarmed);
            var read = await _stream.ReadAsync(buffer, _either.Token).ConfigureAwait(false);
            BytesRead += read;
            _rate.Take(read);
            return read;
        }
        catch (OperationCanceledException) when (!_cancellationToken.IsCancellationRequested)
        {
            throw TooSlow();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new RepositoryUnavailableException($"{_what} broke off after {BytesRead} bytes: {e.Message}", e);
        }
        finally
        {
            _waited += _timeProvider.GetElapsedTime(start);
            _late.CancelAfter(Disarmed);
        }
    }

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="RepositoryUnavailableException">It ended before, broke, or is too slow.</exception>
    public async ValueTask ReadExactlyAsync(Memory<byte> buffer)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var read = await ReadAsync(buffer[done..]).ConfigureAwait(false);
            if (read == 0) throw new RepositoryUnavailableException($"{_what} ended after {BytesRead} bytes, before it was complete");
            done += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _late.Dispose();
        _stream.Dispose();
    }

    private RepositoryUnavailableException TooSlow() => new($"{_what} is too slow: {BytesRead} bytes in {_waited.TotalSeconds:0} s");
}
