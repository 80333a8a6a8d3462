using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRunner.EndToEnd;

/// <summary>Real-time priority and locked memory, with and without the right to them (docs/real-time.md).</summary>
public sealed class RealTimeTests
{
    /// <summary>No limits, and as root no capabilities either: an empty bounding set leaves none to the program that is executed.</summary>
    private static readonly string[] WithoutRights =
    [
        "prlimit", "--rtprio=0:0", "--memlock=65536:65536",
        .. Environment.IsPrivilegedProcess ? (string[])["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"] : [],
    ];

    [Fact]
    public async Task Daemon_without_the_rights_runs_and_says_which_are_missing()
    {
        using var device = Device();
        await using var daemon = Daemon.StartUnder(WithoutRights, device.Write());
        var status = await daemon.WaitUntilAsync("decides", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 5);

        Assert.Equal("running", status.GetProperty("pipelines")[0].GetProperty("state").GetString());
        Assert.Equal("degraded", status.GetProperty("health").GetString());
        var (threadState, threadReason) = Component(status, "pipeline shuttle thread");
        Assert.Equal("degraded", threadState);
        Assert.StartsWith("thread.realtimePriority: 20 is refused: it needs CAP_SYS_NICE, or a real-time limit of at least 20 (now 0): LimitRTPRIO=20 in the unit, ulimit -r 20 in a shell", threadReason, StringComparison.Ordinal);
        var (lockState, lockReason) = Component(status, "memory lock");
        Assert.Equal("degraded", lockState);
        Assert.Contains("the limit of locked memory is 64 KB", lockReason, StringComparison.Ordinal);
        Assert.Contains("LimitMEMLOCK=infinity in the unit (ulimit -l unlimited in a shell), or CAP_IPC_LOCK", lockReason, StringComparison.Ordinal);
        Assert.Equal(0, LockedKilobytes(daemon.ProcessId));
    }

    [Fact]
    public async Task Required_priority_without_the_right_fails_its_pipeline_only()
    {
        using var device = Device();
        var strict = DeviceFolder.Shuttle(100, loop: true);
        strict["thread"] = new JsonObject { ["realtimePriority"] = 20, ["required"] = true };
        device.AddPipeline("strict", strict);
        await using var daemon = Daemon.StartUnder(WithoutRights, device.Write());
        var status = await daemon.WaitUntilAsync(
            "one decides, one has failed", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 5 && Component(s, "pipeline strict").State is "failed");

        Assert.Contains("thread.required is set", Component(status, "pipeline strict").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Daemon_with_the_rights_locks_its_memory_and_raises_its_thread()
    {
        using var device = Device();
        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync("decides", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 5);

        // Whether this machine gives the rights is its own affair; that state and kernel agree is ours.
        var isLocked = Component(status, "memory lock").State is "running";
        Assert.Equal(isLocked, LockedKilobytes(daemon.ProcessId) > 0);
        var isRealtime = Component(status, "pipeline shuttle thread").State is "running";
        var policies = Directory.GetDirectories($"/proc/{daemon.ProcessId}/task").Select(Policy).ToArray();
        Assert.Equal(isRealtime ? 1 : 0, policies.Count(policy => policy == "1"));
    }

    /// <summary>Scheduling policy of a thread; null when it has ended meanwhile, as those of a pool do.</summary>
    private static string? Policy(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "stat")).Split(") ")[^1].Split(' ')[38];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static DeviceFolder Device()
    {
        var device = new DeviceFolder(brokerPort: 1); // Nothing listens on port 1.
        var pipeline = DeviceFolder.Shuttle(100, loop: true);
        pipeline["thread"] = new JsonObject { ["realtimePriority"] = 20 };
        device.AddPipeline("shuttle", pipeline);
        device.Configuration["process"] = new JsonObject { ["lockMemory"] = true };
        return device;
    }

    private static (string? State, string Reason) Component(JsonElement status, string name)
    {
        var entry = status.GetProperty("components").EnumerateArray().FirstOrDefault(entry => entry.GetProperty("component").GetString() == name);
        return entry.ValueKind == JsonValueKind.Undefined ? (null, "") : (entry.GetProperty("state").GetString(), entry.GetProperty("reason").GetString()!);
    }

    private static long LockedKilobytes(int processId) =>
        long.Parse(File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmLck:", StringComparison.Ordinal))["VmLck:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim());
}
