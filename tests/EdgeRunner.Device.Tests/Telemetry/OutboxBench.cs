using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeRunner.Device.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>An outbox on a real directory, driven by hand, and a receiver that unpacks what is taken from it.</summary>
internal sealed class OutboxBench : IDisposable
{
    private readonly TempDirectory? _directory;
    private readonly Dictionary<string, TelemetryQueue> _queues = new(StringComparer.Ordinal);

    internal OutboxBench(string? directory = null, Action<TelemetryOptions>? configure = null)
    {
        if (directory is null)
            _directory = new TempDirectory();
        Options = new TelemetryOptions
        {
            Directory = directory ?? _directory!.Path,
            DeviceId = "demo-1",
            FreeDiskFloorBytes = 0,
            LossReportInterval = TimeSpan.Zero,
        };
        configure?.Invoke(Options);
        Clock = new FakeClock(Time);
        Start();
    }

    internal ManualTimeProvider Time { get; } = new();

    internal TelemetryOptions Options { get; }

    internal FakeClock Clock { get; }

    internal TelemetryIntake Intake { get; private set; } = null!;

    internal TelemetryOutbox Outbox { get; private set; } = null!;

    internal string Database => Path.Combine(Options.Directory, "outbox.db");

    internal string Wal => Database + "-wal";

    /// <summary>Closes the outbox, lets the caller do to the files what it wants, opens it again.</summary>
    internal void Restart(Action? whileClosed = null)
    {
        Outbox.Dispose();
        Intake.Dispose();
        whileClosed?.Invoke();
        Start();
    }

    /// <summary>As <see cref="Restart"/>, but the files are those of a process that was killed: with the WAL that a clean close
    /// removes.</summary>
    internal void RestartAfterKill(Action<string>? damage = null)
    {
        using var copy = new TempDirectory();
        CopyFiles(Options.Directory, copy.Path);
        Outbox.Dispose();
        Intake.Dispose();
        foreach (var file in Directory.GetFiles(Options.Directory))
            File.Delete(file);
        CopyFiles(copy.Path, Options.Directory);
        damage?.Invoke(Options.Directory);
        Start();
    }

    internal TelemetryQueue Queue(string stream, TelemetryStreamOptions? options = null)
    {
        if (!_queues.TryGetValue(stream, out var queue))
            _queues[stream] = queue = Intake.Open(stream, options);
        return queue;
    }

    /// <summary>Enqueues one record <c>{"n":…}</c>, padded to <paramref name="sizeBytes"/>.</summary>
    internal bool Put(string stream, int n, int sizeBytes = 0) => Queue(stream).TryEnqueue(Record(n, sizeBytes));

    internal static byte[] Record(int n, int sizeBytes = 0)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{n},\"pad\":\"");
        return Encoding.UTF8.GetBytes(text + new string('x', Math.Max(0, sizeBytes - text.Length - 2)) + "\"}");
    }

    internal CommitResult Commit(bool isFinal = false) => Outbox.Commit(isFinal);

    /// <summary>Takes everything there is, acknowledges it, commits the deletion, and gives back what a receiver would have.</summary>
    internal List<ReceivedRecord> Drain()
    {
        List<ReceivedRecord> records = [];
        while (Take() is { } taken)
        {
            records.AddRange(ReceivedRecord.Unpack(taken.Payload));
            Outbox.Acknowledge(taken.Batch);
        }

        Commit();
        return records;
    }

    internal (TakenBatch Batch, byte[] Payload, bool IsBacklog)? Take(bool allowBacklog = true)
    {
        var envelope = new ArrayBufferWriter<byte>();
        return Outbox.TryTake(allowBacklog, envelope, out var batch, out var isBacklog)
            ? (batch, envelope.WrittenSpan.ToArray(), isBacklog)
            : null;
    }

    internal static List<JsonElement> Losses(IEnumerable<ReceivedRecord> records) =>
        [.. records.Where(r => string.Equals(r.Stream, "losses", StringComparison.Ordinal)).Select(r => r.Record)];

    public void Dispose()
    {
        Outbox.Dispose();
        Intake.Dispose();
        _directory?.Dispose();
    }

    private static void CopyFiles(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            // The store is open: its lock is advisory and does not keep File.Copy's own from a conflict, so read without one.
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var target = File.Create(Path.Combine(to, Path.GetFileName(file)));
            source.CopyTo(target);
        }
    }

    private void Start()
    {
        _queues.Clear();
        Intake = new TelemetryIntake(Options);
        Outbox = new TelemetryOutbox(Options, Intake, Clock, Time, NullLogger<TelemetryOutbox>.Instance);
        Outbox.Open();
    }
}
