using System.Collections.Immutable;
using EdgeRunner.Native.Sqlite;

namespace EdgeRunner.Device.Telemetry;

/// <summary>The store of accepted records: commits what the queues hold, decides what gives way, hands batches to the uploader and deletes
/// what
/// was acknowledged. Whatever happens to the disk, no call throws for it: records stay in the queues, the trouble is counted and
/// shown.</summary>
/// <remarks>
/// Thread-safe by one lock, which a commit holds through its fsync; the uploader waits that long at most, and its messages in flight cover
/// it.
/// One connection and not two, because in exclusive mode SQLite allows one, and a second would bring back the shared-memory file.
/// </remarks>
internal sealed partial class TelemetryOutbox : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TelemetryOptions _options;
    private readonly TelemetryIntake _intake;
    private readonly IClockAnchorSource _clock;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<TelemetryOutbox> _logger;
    private readonly Dictionary<string, StreamState> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<int, StreamState> _streamsById = [];
    private readonly List<QueueReader> _readers = [];
    private readonly HashSet<long> _busy = []; // row ids in flight, or acknowledged and not yet deleted
    private readonly List<OutboxRow> _acknowledged = [];
    private readonly List<OutboxRow> _damaged = [];
    private ImmutableArray<StreamState> _ordered = []; // most important class first; read without the lock
    private OutboxStore? _store;
    private HighWaterMark? _highWater;
    private byte[] _batch = new byte[OutboxSchema.MaxBatchBytes];
    private ClockAnchor? _savedAnchor;
    private long _totalBytes;
    private long _liveFromRow;
    private long _lastLossReport;
    private bool _hasLosses;
    private int _generation;
    private int _failuresInARow;

    /// <summary>Opens nothing yet: see <see cref="Open"/>.</summary>
    public TelemetryOutbox(TelemetryOptions options, TelemetryIntake intake, IClockAnchorSource clock, TimeProvider timeProvider,
        ILogger<TelemetryOutbox> logger)
    {
        _options = options;
        _intake = intake;
        _clock = clock;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>Told of each batch when it is durable: stream, first and last sequence number. Called under the lock: be quick.</summary>
    internal Action<string, long, long>? Committed { get; set; }

    /// <summary>Told when there may be something new to send. Called under the lock: be quick.</summary>
    internal Action? Changed { get; set; }

    private string DatabasePath => Path.Combine(_options.Directory, "outbox.db");

    /// <summary>Opens the store, mending what can be mended. Does nothing when it is open.</summary>
    internal void Open()
    {
        lock (_gate)
        {
            if (_store is null)
                OpenAnyStore();
        }
    }

    /// <summary>Makes everything in the queues durable, with what became of acknowledged and overwritten rows, in one
    /// transaction.</summary>
    /// <param name="isFinal">The daemon stops: losses are reported now.</param>
    internal CommitResult Commit(bool isFinal)
    {
        lock (_gate)
        {
            Open();
            ReturnToDiskWhenDue();
            FollowQueues();
            if (_store is null)
                return DropWithoutStore();
            if (!HasWork(isFinal))
                return CommitResult.Nothing;
            var start = _timeProvider.GetTimestamp();
            // Each attempt but the last is followed by a change of store: the damaged one for a new one, then disk for memory.
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    CommitOnce(isFinal);
                    CountCommit(_timeProvider.GetElapsedTime(start));
                    return CommitResult.Committed;
                }
                catch (SqliteException e)
                {
                    if (!Mend(e) || attempt == 2)
                        return CommitResult.Failed;
                }
            }
        }
    }

    /// <summary>True when a commit would have something to do.</summary>
    internal bool HasWork(bool isFinal)
    {
        lock (_gate)
        {
            if (_acknowledged.Count > 0 || _damaged.Count > 0 || (_hasLosses && (isFinal || IsLossReportDue())))
                return true;
            foreach (var reader in _readers)
            {
                if (reader.HasWork)
                    return true;
            }

            foreach (var stream in _ordered)
            {
                if (stream.LostWithoutStore.AsSpan().ContainsAnyExcept(0))
                    return true;
            }

            return _intake.Queues.Length != _readers.Count && _intake.HasRecords();
        }
    }

    /// <summary>Closes the store. Commit before: what is in the queues is not looked at.</summary>
    public void Dispose()
    {
        lock (_gate)
            CloseStore();
    }

    private void CommitOnce(bool isFinal)
    {
        var store = _store!;
        foreach (var stream in _ordered)
            stream.DiscardStaged();
        List<(StreamState Stream, OutboxRow Row)> inserted = [];
        using (var transaction = store.BeginTransaction())
        {
            DeleteFinishedRows(store);
            var anchor = _clock.Read();
            var boot = store.BootIdOf(_clock.BootId, anchor);
            RefreshAnchor(store, anchor);
            foreach (var reader in _readers)
            {
                reader.Begin();
                var stream = StateOf(reader.Queue.Stream);
                while (reader.ReadBatch(ref _batch, out var length) is > 0 and var records)
                {
                    if (MakeRoom(store, stream, length, out var refusal))
                        inserted.Add((stream, Insert(store, stream, boot, records, _batch.AsSpan(0, length))));
                    else
                        Lose(store, stream, refusal, records, store.Epoch, null, null);
                }

                AddQueueLosses(store, stream, reader);
            }

            AddLossesWithoutStore(store);
            if (_hasLosses && (isFinal || IsLossReportDue()))
                ReportLosses(store, boot, anchor, inserted);
            store.SaveMeta();
            transaction.Commit();
        }

        AfterCommit(store, inserted);
    }

    private void AfterCommit(OutboxStore store, List<(StreamState Stream, OutboxRow Row)> inserted)
    {
        foreach (var reader in _readers)
            reader.Complete();
        foreach (var row in _acknowledged)
            _busy.Remove(row.Id);
        foreach (var row in _damaged)
            _busy.Remove(row.Id);
        _acknowledged.Clear();
        _damaged.Clear();
        foreach (var stream in _ordered)
        {
            stream.ApplyStaged();
            Array.Clear(stream.LostWithoutStore);
        }

        _failuresInARow = 0;
        _highWater?.Write(store.Epoch, store.NextSeq);
        PublishPosition(store);
        foreach (var (stream, row) in inserted)
        {
            _acceptedBytes += row.SizeBytes;
            Committed?.Invoke(stream.Name, row.FirstSeq, row.LastSeq);
        }

        if (inserted.Count > 0)
            Changed?.Invoke();
    }

    private void DeleteFinishedRows(OutboxStore store)
    {
        foreach (var row in _acknowledged)
        {
            store.Delete(row.Id);
            Forget(row);
        }

        foreach (var row in _damaged)
        {
            store.Delete(row.Id);
            Forget(row);
            if (!_streamsById.TryGetValue(row.StreamId, out var stream))
                continue;
            var records = Math.Clamp(row.Records, 0, store.NextSeq); // the numbers themselves may be what is damaged
            Lose(store, stream, LossPolicy.Damaged, records, store.EpochName(row.EpochId), row.FirstSeq, row.LastSeq);
        }
    }

    private OutboxRow Insert(OutboxStore store, StreamState stream, long boot, int records, ReadOnlySpan<byte> joined)
    {
        if (stream.Id == 0)
            Enter(stream, store.StreamIdOf(stream.Name, stream.Options.Class));
        var row = store.Insert(stream.Id, boot, records, joined);
        stream.Add(row);
        stream.StagedAccepted += records;
        _totalBytes += row.CostBytes;
        return row;
    }

    /// <summary>Keeps the best anchor of this boot in the store: the first, then whenever the wall clock became trusted or was moved by
    /// more
    /// than a second. Not each commit, for the flash.</summary>
    private void RefreshAnchor(OutboxStore store, in ClockAnchor now)
    {
        if (_savedAnchor is { } saved && saved.Synchronized == now.Synchronized
            && Math.Abs((now.Utc - saved.Utc).TotalSeconds - ((now.BoottimeNanoseconds - saved.BoottimeNanoseconds) / 1e9)) < 1)
            return;
        store.SaveAnchor(_clock.BootId, now);
        _savedAnchor = now;
    }

    private StreamState StateOf(string name)
    {
        if (_streams.TryGetValue(name, out var state))
            return state;
        state = new StreamState(name)
        {
            Options = string.Equals(name, OutboxSchema.LossStream, StringComparison.Ordinal)
                ? new TelemetryStreamOptions { Class = TelemetryClass.Event, MaxBytes = 1 << 20 }
                : _intake.OptionsOf(name),
        };
        _streams.Add(name, state);
        Order();
        return state;
    }

    private void Order() =>
        _ordered = [.. _streams.Values.OrderByDescending(s => s.Options.Class).ThenBy(s => s.Name, StringComparer.Ordinal)];

    private void Enter(StreamState stream, int id)
    {
        stream.Id = id;
        _streamsById[id] = stream;
        stream.LiveCursor = OutboxSchema.FirstRowOf(id) + _liveFromRow;
        stream.BacklogCursor = OutboxSchema.FirstRowOf(id);
    }

    private void Forget(in OutboxRow row)
    {
        if (!_streamsById.TryGetValue(row.StreamId, out var stream))
            return;
        stream.Remove(row);
        _totalBytes -= row.CostBytes;
    }

    private void FollowQueues()
    {
        var queues = _intake.Queues;
        if (queues.Length == _readers.Count)
            return;
        for (var i = _readers.Count; i < queues.Length; i++)
        {
            _readers.Add(new QueueReader(queues[i]));
            StateOf(queues[i].Stream).Options = _intake.OptionsOf(queues[i].Stream);
        }

        Order(); // a class may have changed
    }
}
