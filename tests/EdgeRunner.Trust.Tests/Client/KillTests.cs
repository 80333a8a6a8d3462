using System.Diagnostics;
using System.Globalization;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>A client in a process of its own is killed with SIGKILL before an operation on its files. What lies there is valid, and the next try
/// succeeds. <see cref="PowerCutTests"/> has every operation of a refresh; here a process has to start for each.</summary>
public sealed class KillTests : IDisposable
{
    private const int Killed = 128 + 9;
    private const string Model = "models/vision/2.ermodel";

    private static readonly DateTimeOffset Far = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero); // the process has the machine's clock

    private readonly RepositorySimulator _repository = new();
    private readonly TempDirectory _directory = new();
    private readonly string _library;

    public KillTests()
    {
        _library = _directory.File("kill_at.so");
        using var compiler = Process.Start(new ProcessStartInfo("clang", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", _library,
            Path.Combine(TestPaths.RepositoryRoot, "tests", "EdgeRunner.Trust.Tests", "Client", "native", "kill_at.c"), "-ldl"]))!;
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Killed_in_a_refresh_a_client_is_valid_and_its_next_refresh_succeeds()
    {
        PublishOld();
        var before = NewDevice("before");
        await RefreshAsync(before);
        PublishNew();

        var kills = await KillAsync(before, target: false, every: 4, async device =>
        {
            var result = await RefreshAsync(device);
            Assert.Equal((2, 2), (result.Root.Header.Version, result.Targets.Header.Version));
        });

        Assert.InRange(kills, 5, 12); // a quarter of: six files, each of them written, flushed and renamed, and what is forgotten
    }

    [Fact]
    public async Task Killed_in_a_download_a_client_has_the_old_file_or_the_new_one_and_its_next_try_succeeds()
    {
        PublishOld();
        PublishNew();
        var before = NewDevice("before");
        await RefreshAsync(before);
        Directory.CreateDirectory(Path.Combine(before, "targets"));
        await File.WriteAllBytesAsync(TargetFile(before), [1]); // an older version

        var kills = await KillAsync(before, target: true, every: 2, async device =>
        {
            Assert.Contains((await File.ReadAllBytesAsync(TargetFile(device))).Length, (int[])[1, 100_000]);
            var client = NewClient(device);
            await client.RefreshAsync(CancellationToken.None);
            await new TargetDownloader(_repository, TimeProvider.System).DownloadAsync(await client.FindTargetAsync(Model, CancellationToken.None), TargetFile(device),
                CancellationToken.None);
            Assert.Equal(_repository.Contents.Values.Single(), await File.ReadAllBytesAsync(TargetFile(device)));
            Assert.Equal([TargetFile(device)], Directory.GetFiles(Path.Combine(device, "targets")));
        });

        Assert.InRange(kills, 2, 8); // half of: the role and the file, each written, flushed and renamed
    }

    private void PublishOld()
    {
        _repository.Delegate(RoleNames.Targets, new SimulatedDelegation("models/vision", ["models/vision/*"]));
        foreach (var role in _repository.Roles.Values)
        {
            role.Version = 0;
            role.Expires = Far;
        }
        _repository.PublishAll();
    }

    /// <summary>News of every role, and new keys for the timestamp, so that things are forgotten too.</summary>
    private void PublishNew()
    {
        _repository.AddTarget("models/vision", Model, [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)]);
        _repository.Timestamp.RotateKeys();
        _repository.PublishAll();
    }

    private async Task<int> KillAsync(string before, bool target, int every, Func<string, Task> check)
    {
        // Not by three: each file is written, flushed and renamed, and it would be the same of these each time.
        var kills = 0;
        for (var operation = 1; ; operation += every)
        {
            var device = _directory.File($"device-{operation}");
            Copy(before, device);
            var code = await RunAsync(device, target, operation);
            if (code == 0)
            {
                return kills;
            }
            Assert.Equal(Killed, code);
            kills++;
            foreach (var file in Directory.GetFiles(Path.Combine(device, "state"), "*.json"))
            {
                var role = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file));
                Assert.NotEmpty(Envelope.Parse(role, await File.ReadAllBytesAsync(file)).Signatures);
            }
            await check(device);
        }
    }

    private string NewDevice(string name)
    {
        var device = _directory.File(name);
        new MetadataStore(Path.Combine(device, "state")).Provision(_repository.InitialRoot);
        return device;
    }

    private TufClient NewClient(string device) => new(new MetadataStore(Path.Combine(device, "state")), _repository,
        new TrustClock(TimeProvider.System, DateTimeOffset.MinValue, () => true));

    private Task<RefreshResult> RefreshAsync(string device) => NewClient(device).RefreshAsync(CancellationToken.None);

    /// <returns>The exit code.</returns>
    private async Task<int> RunAsync(string device, bool target, int killAt)
    {
        using var http = new SimulatedHttp(_repository);
        var client = Path.Combine(new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.FullName, "EdgeRunner.Trust.ConformanceClient",
            new DirectoryInfo(AppContext.BaseDirectory).Name, "EdgeRunner.Trust.ConformanceClient.dll");
        List<string> arguments = ["exec", client, "--metadata-dir", Path.Combine(device, "state"), "--metadata-url", http.MetadataUrl];
        arguments.AddRange(target
            ? ["--target-name", Model, "--target-dir", Path.Combine(device, "targets"), "--target-base-url", http.TargetsUrl, "download"]
            : ["refresh"]);
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true };
        start.Environment["LD_PRELOAD"] = _library;
        start.Environment["KILL_BELOW"] = device;
        start.Environment["KILL_AT"] = killAt.ToString(CultureInfo.InvariantCulture);
        start.Environment["DOTNET_TieredPGO"] = "0"; // it starts quicker
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode is 0 or Killed, errors);
        return process.ExitCode;
    }

    private static string TargetFile(string device) => Path.Combine(device, "targets", Uri.EscapeDataString(Model));

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
