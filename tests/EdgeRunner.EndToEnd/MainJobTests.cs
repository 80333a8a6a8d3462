using System.Text.Json;

namespace EdgeRunner.EndToEnd;

/// <summary>One reading the whole way: sensor, window, model, decision, outbox, broker, receiver.</summary>
public sealed class MainJobTests
{
    [Fact]
    public async Task Silero_hears_the_words_in_the_recording_and_every_record_reaches_an_independent_subscriber()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("speech", DeviceFolder.Speech());

        await using var daemon = Daemon.Start(device.Write(), arguments: "--until-done");
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(60)));

        var windows = subscriber.Records("speech").Where(record => record.GetProperty("kind").GetString() == "window").ToList();
        Assert.Equal(87, windows.Count);
        Assert.Equal(54, windows.Count(window => window.GetProperty("active").GetBoolean()));
        // Reference of ../shared/models/README.md, measured with the C API: 0.0425 0.0163 0.0118 0.0077 0.0086.
        Assert.Equal(0.0425, windows[0].GetProperty("score").GetDouble(), 4);
        Assert.Equal(0.0086, windows[4].GetProperty("score").GetDouble(), 4);
        Assert.Equal(0.6156, windows.Average(window => window.GetProperty("score").GetDouble()), 4);

        var ended = Assert.Single(subscriber.Records("event"), record => record.GetProperty("kind").GetString() == "decision" && !record.GetProperty("active").GetBoolean());
        Assert.Equal(0.512, ended.GetProperty("startSeconds").GetDouble(), 3);
        Assert.Equal(2.240, ended.GetProperty("endSeconds").GetDouble(), 3);
        AssertComplete(subscriber);
    }

    [Fact]
    public async Task Presence_is_born_online_and_left_offline_after_a_clean_stop()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        await subscriber.WaitUntilAsync("online", s => Presence(s) == "online");
        await subscriber.WaitUntilAsync("report with the model", s => s.Messages.Any(m => m.Topic.EndsWith("/report", StringComparison.Ordinal) && m.Payload.GetRawText().Contains("shuttle-forest", StringComparison.Ordinal)));
        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        await subscriber.WaitUntilAsync("offline", s => Presence(s) == "offline");
    }

    [Fact]
    public async Task Last_will_says_offline_when_the_daemon_is_killed()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        await subscriber.WaitUntilAsync("online", s => Presence(s) == "online");
        daemon.Kill();
        await subscriber.WaitUntilAsync("offline", s => Presence(s) == "offline");
    }

    private static string? Presence(Subscriber subscriber) => subscriber.Messages
        .Where(message => message.Topic == "er/1/test/device/device-1/presence")
        .Select(message => message.Payload.GetProperty("status").GetString())
        .LastOrDefault();

    /// <summary>Sequence numbers from 1 on without a gap: nothing that was accepted is missing.</summary>
    internal static void AssertComplete(Subscriber subscriber)
    {
        var epochs = subscriber.SequencesByEpoch();
        Assert.NotEmpty(epochs);
        foreach (var (epoch, seen) in epochs)
        {
            Assert.Equal(1, seen.Min);
            Assert.True(seen.Max == seen.Count, $"epoch {epoch}: {seen.Count} of {seen.Max} records came");
        }
    }
}
