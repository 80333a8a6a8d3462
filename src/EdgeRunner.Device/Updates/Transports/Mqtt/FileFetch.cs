using EdgeRunner.Device.Telemetry;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>What has come of one whole file. It is asked for once or more, and the first question that is answered whole counts: on a slow link that is often not the last.</summary>
/// <param name="what">The file, for messages.</param>
/// <param name="maxBytes">Longest that is taken.</param>
/// <param name="maxAnswers">Unfinished answers that are kept: so many times <paramref name="maxBytes"/> is the memory that a depot can take of this device.</param>
internal sealed class FileFetch(string what, int maxBytes, int maxAnswers) : IResponseReader
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, FileAssembly> _assemblies = [];
    private FetchResult? _result;
    private string? _refusal;
    private string _seen = "no answer";
    private TimeSpan _busy;
    private bool _askAgain;

    /// <summary>Set when something has changed.</summary>
    internal UploadSignal Changed { get; } = new();

    /// <summary>The answer; null while there is none.</summary>
    /// <exception cref="RepositoryUnavailableException">There will be none: the depot has said why.</exception>
    internal FetchResult? Result
    {
        get
        {
            lock (_gate) return _refusal is null ? _result : throw new RepositoryUnavailableException(_refusal);
        }
    }

    /// <summary>Grows with each part that comes.</summary>
    internal int Parts { get; private set; }

    /// <summary>Longest file that was announced.</summary>
    internal uint Length { get; private set; }

    /// <summary>Parts of an answer contradicted each other.</summary>
    internal bool HasProblem { get; private set; }

    /// <summary>Bytes of unfinished answers that are kept.</summary>
    internal long HeldBytes
    {
        get
        {
            lock (_gate) return _assemblies.Values.Sum(assembly => assembly.Bytes);
        }
    }

    /// <summary>A depot has said that it is busy.</summary>
    internal bool IsBusy
    {
        get
        {
            lock (_gate) return _busy > TimeSpan.Zero;
        }
    }

    /// <summary>What came last, for messages.</summary>
    internal string Seen
    {
        get
        {
            lock (_gate) return _seen;
        }
    }

    /// <summary>How long a busy depot wants to be left alone, once; zero when none does.</summary>
    internal TimeSpan TakeBusy()
    {
        lock (_gate)
        {
            var busy = _busy;
            _busy = TimeSpan.Zero;
            return busy;
        }
    }

    /// <summary>True, once, when the last question is to be asked again at once: it was lost, or its answer is of no use.</summary>
    internal bool TakeAskAgain()
    {
        lock (_gate)
        {
            var again = _askAgain;
            _askAgain = false;
            return again;
        }
    }

    /// <summary>A question is about to be asked.</summary>
    internal void Begin(long id)
    {
        lock (_gate)
        {
            // The oldest has had the most time. None is lost while each question has its attempt.
            if (_assemblies.Count >= maxAnswers) _assemblies.Remove(_assemblies.Keys.Min());
            _assemblies[id] = new FileAssembly(maxBytes);
        }
    }

    /// <inheritdoc/>
    public void OnResponse(long id, in TransferResponse header, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_result is not null || _refusal is not null || !_assemblies.TryGetValue(id, out var assembly)) return;
            switch (header.Status)
            {
                case TransferStatus.Ok:
                    OnPart(assembly, header, bytes);
                    break;
                case TransferStatus.NotFound:
                    _result = FetchResult.NotFound;
                    break;
                case TransferStatus.Busy:
                    // That question will not be answered, and asking again costs no attempt: what was begun of each answer would add up.
                    _assemblies.Remove(id);
                    _busy = TimeSpan.FromSeconds(Math.Max(1, (int)header.RetryAfterSeconds));
                    break;
                default:
                    _refusal = $"the depot refuses {what}: {DepotWords.Of(bytes)}";
                    break;
            }
        }

        Changed.Set();
    }

    /// <inheritdoc/>
    public void OnReconnected()
    {
        lock (_gate) _askAgain = true;
        Changed.Set();
    }

    private void OnPart(FileAssembly assembly, in TransferResponse header, ReadOnlySpan<byte> bytes)
    {
        if (assembly.Problem is not null) return;
        switch (assembly.Offer(header.Part, header.Parts, header.Length, bytes))
        {
            case PartOutcome.Complete:
                _result = FetchResult.Found(assembly.ToBytes());
                break;
            case PartOutcome.TooLong:
                _result = FetchResult.TooLong;
                break;
            case PartOutcome.Taken:
                Parts++;
                Length = Math.Max(Length, assembly.Length);
                _seen = assembly.Progress;
                break;
            case PartOutcome.Refused:
                _seen = assembly.Problem!;
                HasProblem = _askAgain = true;
                break;
            default:
                break;
        }
    }
}
