// Accepts records as fast as it can and says on stdout what it accepted, until it is killed:
//   A STREAM FIRST LAST EPOCH   a batch is durable
//   U ENVELOPE              a batch went out (said before the outbox hears of it, as a PUBACK would)
// With arguments SECONDS RECORDBYTES [RECORDSPERSECOND] it measures instead: `OutboxWriter DIR 250 keep|ack 10 1024`.
using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using EdgeRunner.Device.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

var directory = args[0];
var interval = TimeSpan.FromMilliseconds(int.Parse(args[1], CultureInfo.InvariantCulture));
var measureSeconds = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 0;
var recordBytes = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 60;
var pauseMilliseconds = args.Length > 5 ? 1000 / int.Parse(args[5], CultureInfo.InvariantCulture) : 0;
var acknowledges = args[2] is "ack";

var options = new TelemetryOptions
{
    Directory = directory,
    DeviceId = "writer",
    CommitInterval = interval,
    MaxBytes = 8L << 30,
    FreeDiskFloorBytes = 0,
    Streams = { ["a"] = new() { QueueBytes = measureSeconds > 0 ? 16 << 20 : 64 << 10 } },
};
using var intake = new TelemetryIntake(options);
using var outbox = new TelemetryOutbox(options, intake, new KernelClockAnchors(TimeProvider.System), TimeProvider.System,
    NullLogger<TelemetryOutbox>.Instance);
using var committer = new TelemetryCommitter(outbox, intake, options, TimeProvider.System, NullLogger<TelemetryCommitter>.Instance);
using var output = Console.OpenStandardOutput();
var outputGate = new Lock();

if (measureSeconds == 0)
    outbox.Committed = (stream, first, last) => Say($"A {stream} {first} {last} {outbox.Status().Epoch}\n");
string[] streams = measureSeconds > 0 ? ["a"] : ["a", "b"];
var queues = streams.Select(s => intake.Open(s)).ToList();
await committer.StartAsync(default);
using var stopping = new CancellationTokenSource();
var start = Stopwatch.GetTimestamp();
var producers = queues.Select(queue => new Thread(() => Produce(queue)) { IsBackground = true }).ToList();
producers.ForEach(p => p.Start());
if (acknowledges)
    new Thread(Upload) { IsBackground = true }.Start();

if (measureSeconds == 0)
{
    Thread.Sleep(Timeout.Infinite);
    return;
}

Thread.Sleep(TimeSpan.FromSeconds(measureSeconds));
await stopping.CancelAsync();
producers.ForEach(p => p.Join());
await committer.StopAsync(default);
var elapsed = Stopwatch.GetElapsedTime(start);
var status = outbox.Status();
var written = File.ReadLines("/proc/self/io").First(l => l.StartsWith("write_bytes", StringComparison.Ordinal)).Split(' ')[1];
var ratio = double.Parse(written, CultureInfo.InvariantCulture) / status.AcceptedBytes;
Say($"accepted {status.Accepted} records of {recordBytes} B in {elapsed.TotalSeconds:0.00} s = {status.Accepted / elapsed.TotalSeconds:0} records/s; "
    + $"uploaded {status.Uploaded}; commits {status.Commits}, longest {status.LongestCommit.TotalMilliseconds:0.0} ms; "
    + $"flash {written} B / payload {status.AcceptedBytes} B = {ratio:0.00}; dropped {status.Dropped.Values.Sum()}\n");

void Produce(TelemetryQueue queue)
{
    var buffer = new byte[Math.Max(recordBytes, 64)];
    try
    {
        for (var n = 0; !stopping.IsCancellationRequested; n++)
        {
            buffer.AsSpan().Fill((byte)'x');
            var length = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{n},\"pad\":\""), buffer);
            "\"}"u8.CopyTo(buffer.AsSpan(buffer.Length - 2));
            if (length > buffer.Length - 2)
                throw new InvalidOperationException("the record is too small for its number");
            queue.Enqueue(buffer, stopping.Token);
            if (pauseMilliseconds > 0 || (measureSeconds == 0 && n % 50 == 49))
                Thread.Sleep(Math.Max(1, pauseMilliseconds));
        }
    }
    catch (OperationCanceledException)
    {
        // Measured long enough.
    }
}

void Upload()
{
    var envelope = new ArrayBufferWriter<byte>();
    while (true)
    {
        envelope.ResetWrittenCount();
        if (!outbox.TryTake(allowBacklog: true, envelope, out var batch, out _))
        {
            Thread.Sleep(1);
            continue;
        }

        if (measureSeconds == 0)
            Say($"U {Encoding.UTF8.GetString(envelope.WrittenSpan)}\n");
        outbox.Acknowledge(batch);
    }
}

void Say(string line)
{
    lock (outputGate)
    {
        output.Write(Encoding.UTF8.GetBytes(line));
        output.Flush();
    }
}
