using System.Diagnostics;
using System.Text.Json;

namespace EdgeRunner.EndToEnd;

/// <summary>An independent receiver: Debian's <c>mosquitto_sub</c> with a session of its own, so that nothing is missed while a broker is up.</summary>
/// <remarks>Keeps every telemetry batch, drops repeats by sequence number, as DESIGN §8 asks a receiver to do.</remarks>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<(string Topic, JsonElement Payload)> _messages = [];

    private Subscriber(Process process) => _process = process;

    public static async Task<Subscriber> StartAsync(int port, string filter = "er/1/#")
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("stdbuf", ["-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", $"{port}", "-V", "mqttv5", "-i", "receiver", "-c", "-x", "4294967295", "-q", "1", "-F", "%t %p", "-t", filter, "-d"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var subscriber = new Subscriber(process);
        var subscribed = new TaskCompletionSource();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("Subscribed", StringComparison.Ordinal) == true) subscribed.TrySetResult();
            subscriber.Keep(line.Data);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await subscribed.Task.WaitAsync(TimeSpan.FromSeconds(10));
            return subscriber;
        }
        catch
        {
            await subscriber.DisposeAsync(); // Nobody else knows the process.
            throw;
        }
    }

    public IReadOnlyList<(string Topic, JsonElement Payload)> Messages
    {
        get
        {
            lock (_messages) return [.. _messages];
        }
    }

    /// <summary>Telemetry batches of all streams, in the order they came, repeats included.</summary>
    public IReadOnlyList<JsonElement> Batches => [.. Messages.Select(message => message.Payload).Where(payload => payload.TryGetProperty("records", out _))];

    /// <summary>Every sequence number received, per epoch, repeats dropped.</summary>
    public IReadOnlyDictionary<string, SortedSet<long>> SequencesByEpoch()
    {
        var result = new Dictionary<string, SortedSet<long>>(StringComparer.Ordinal);
        foreach (var batch in Batches)
        {
            var epoch = batch.GetProperty("epoch").GetString()!;
            if (!result.TryGetValue(epoch, out var seen)) result[epoch] = seen = [];
            for (var sequence = batch.GetProperty("first").GetInt64(); sequence <= batch.GetProperty("last").GetInt64(); sequence++) seen.Add(sequence);
        }

        return result;
    }

    /// <summary>Records of one stream, repeats dropped, by sequence number.</summary>
    public IReadOnlyList<JsonElement> Records(string stream)
    {
        var records = new SortedDictionary<(string, long), JsonElement>();
        foreach (var batch in Batches.Where(batch => batch.GetProperty("stream").GetString() == stream))
        {
            var sequence = batch.GetProperty("first").GetInt64();
            foreach (var record in batch.GetProperty("records").EnumerateArray()) records[(batch.GetProperty("epoch").GetString()!, sequence++)] = record;
        }

        return [.. records.Values];
    }

    public async Task WaitUntilAsync(string what, Func<Subscriber, bool> reached, TimeSpan? patience = null)
    {
        var deadline = Stopwatch.StartNew();
        while (!reached(this))
        {
            if (deadline.Elapsed > (patience ?? TimeSpan.FromSeconds(30))) throw new TimeoutException($"not received: {what}; {Messages.Count} messages came");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        // "-F %t %p": our payloads are JSON on one line; lines of -d do not begin with our prefix.
        if (line is null || !line.StartsWith("er/1/", StringComparison.Ordinal) || line.IndexOf(' ', StringComparison.Ordinal) is var space && space < 0) return;
        var payload = JsonDocument.Parse(line[(space + 1)..]).RootElement;
        lock (_messages) _messages.Add((line[..space], payload));
    }
}
