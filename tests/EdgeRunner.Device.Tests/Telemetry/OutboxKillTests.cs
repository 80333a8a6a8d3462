using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>A process that accepts records is killed at any moment, again and again over one store.</summary>
public sealed class OutboxKillTests
{
    private const int Kills = 24;

    [Theory]
    [InlineData(0, "keep")]
    [InlineData(20, "ack")]
    public async Task Every_record_reported_as_accepted_is_there_after_the_kill_under_contiguous_numbers(int intervalMilliseconds, string mode)
    {
        using var directory = new TempDirectory();
        var random = new Random(intervalMilliseconds + 1);
        HashSet<(string Epoch, long Seq)> accepted = [];
        Dictionary<(string Epoch, long Seq), ReceivedRecord> received = [];
        string? epoch = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            foreach (var line in await RunAndKillAsync(directory.Path, intervalMilliseconds, mode, random.Next(60)))
            {
                if (line.StartsWith("U ", StringComparison.Ordinal))
                {
                    foreach (var record in ReceivedRecord.Unpack(Encoding.UTF8.GetBytes(line[2..])))
                        received[(record.Epoch, record.Seq)] = record;
                    continue;
                }

                var parts = line.Split(' ');
                epoch ??= parts[4];
                for (var seq = long.Parse(parts[2], CultureInfo.InvariantCulture); seq <= long.Parse(parts[3], CultureInfo.InvariantCulture); seq++)
                    Assert.True(accepted.Add((parts[4], seq)), $"number {seq} was given twice");
            }
        }

        using var bench = new OutboxBench(directory.Path);
        Assert.Equal((epoch, 0L), (bench.Outbox.Status().Epoch, bench.Outbox.Status().Quarantined));
        var nextSeq = bench.Outbox.Status().NextSeq;
        foreach (var record in bench.Drain())
        {
            if (received.TryGetValue((record.Epoch, record.Seq), out var earlier))
                Assert.Equal((earlier.Stream, earlier.N), (record.Stream, record.N)); // a repeat is the same record
            received[(record.Epoch, record.Seq)] = record;
        }

        Assert.True(accepted.Count > 100, $"only {accepted.Count} records were accepted");
        Assert.Empty(accepted.Except(received.Keys));
        Assert.Equal(Enumerable.Range(1, (int)nextSeq - 1).Select(i => (long)i), received.Keys.Select(k => k.Seq).Order());
        foreach (var stream in received.Values.GroupBy(r => r.Stream, StringComparer.Ordinal))
        {
            var previous = -1;
            foreach (var record in stream.OrderBy(r => r.Seq))
            {
                Assert.True(record.N == previous + 1 || record.N == 0, $"{stream.Key}: {record.N} follows {previous}");
                previous = record.N;
            }
        }
    }

    private static async Task<List<string>> RunAndKillAsync(string directory, int intervalMilliseconds, string mode, int lifeMilliseconds)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "exec", WriterPath(), directory, intervalMilliseconds.ToString(CultureInfo.InvariantCulture), mode })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        List<string> lines = [];
        Task? killer = null;
        var text = new StringBuilder();
        var buffer = new char[64 << 10];
        while (await process.StandardOutput.ReadAsync(buffer) is > 0 and var read)
        {
            text.Append(buffer, 0, read);
            killer ??= Task.Run(async () =>
            {
                await Task.Delay(lifeMilliseconds);
                process.Kill(); // SIGKILL
            });
        }

        await process.WaitForExitAsync();
        Assert.NotNull(killer);
        await killer;
        lines.AddRange(text.ToString().Split('\n'));
        lines.RemoveAt(lines.Count - 1); // empty, or cut in the middle by the kill: not reported
        return lines;
    }

    private static string WriterPath()
    {
        var mine = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(mine.Parent!.Parent!.FullName, "EdgeRunner.Device.Tests.OutboxWriter", mine.Name, "EdgeRunner.Device.Tests.OutboxWriter.dll");
    }
}
