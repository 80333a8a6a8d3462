using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRunner.EndToEnd;

/// <summary>What a fleet manager types, from the key ceremony on: the published <c>edgefleet</c>, with files as they are on a real disk.</summary>
public sealed class RepositoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Repository => _directory.File("repo");

    private string Key(string name) => Path.Combine(_directory.File("keys"), name + ".pem");

    private Task<ProgramRun> FleetAsync(params string[] arguments) => FleetAtAsync(shift: null, arguments);

    /// <summary>With the clock of this one command moved, e.g. <c>+3d</c>.</summary>
    private Task<ProgramRun> FleetAtAsync(string? shift, params string[] arguments)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["EDGEFLEET_PASSPHRASE"] = "a passphrase of the tests", ["EDGEFLEET_REPO"] = Repository };
        return shift is null
            ? ProgramRun.StartAsync(PublishedPrograms.EdgeFleet, environment, arguments)
            : ProgramRun.StartAsync("faketime", environment, ["-f", shift, PublishedPrograms.EdgeFleet, .. arguments]);
    }

    private async Task<JsonNode> OkAsync(params string[] arguments)
    {
        var run = await FleetAsync([.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: exit code {run.ExitCode}: {run.Errors}");
        return JsonNode.Parse(run.Output)!;
    }

    private static string[] Texts(JsonNode? array) => [.. array!.AsArray().Select(n => n!.GetValue<string>())];

    private async Task InitAsync(string type = "ecdsa-p256") => await OkAsync("repo", "init", Repository, "--generate-keys", _directory.File("keys"), "--type", type, "--yes");

    private async Task<string> PackAsync()
    {
        var bundle = _directory.File("shuttle.ermodel");
        await OkAsync("model", "pack", Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest"), "-o", bundle);
        return bundle;
    }

    [Theory]
    [InlineData("ecdsa-p256")]
    [InlineData("rsa-pss")]
    [InlineData("ed25519")]
    public async Task From_the_key_ceremony_to_a_model_that_devices_can_fetch(string type)
    {
        await InitAsync(type);
        var bundle = await PackAsync();

        var added = await OkAsync("model", "add", bundle, "--key", Key("main-1"), "--yes");
        Assert.Equal(["models/main v2", "snapshot v2", "timestamp v2"], Texts(added["published"]));
        var model = Assert.Single((await OkAsync("model", "list")).AsArray())!;
        Assert.Equal(("shuttle-forest", 1, "published"), ((string)model["name"]!, (int)model["release"]!, (string)model["state"]!));
        var verified = await OkAsync("repo", "verify");
        Assert.Equal(2, (int)verified["targets"]!);

        var again = await FleetAsync("model", "add", bundle, "--no-self-test");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("in the repository already", again.Errors, StringComparison.Ordinal);
        Assert.Equal("600\n", (await ProgramRun.StartAsync("stat", "-c", "%a", Key("root-1"))).Output);
        Assert.Contains("ENCRYPTED PRIVATE KEY", await File.ReadAllTextAsync(Key("root-1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_people_sign_root_over_a_folder_and_the_third_root_key_is_replaced()
    {
        await InitAsync();
        var (first, second, usb) = (_directory.File("anna"), _directory.File("ben"), _directory.File("usb"));
        await OkAsync("key", "generate", Key("root-4"));
        await OkAsync("repo", "rotate-key", "root", "--remove", Key("root-3"), "--add", Key("root-4"));
        await OkAsync("repo", "sign", "--export", usb);
        foreach (var person in (string[])[first, second])
        {
            Directory.CreateDirectory(person);
            foreach (var part in (string[])["sign", "current"])
            {
                Directory.CreateDirectory(Path.Combine(person, part));
                File.Copy(Path.Combine(usb, part, "root.json"), Path.Combine(person, part, "root.json"));
            }
        }
        var shown = await FleetAsync("repo", "sign", "--folder", first, "--key", Key("root-1"), "--yes", "--repo", "/nonexistent");
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("root version 1 -> 2", shown.Errors, StringComparison.Ordinal);
        Assert.Contains("may not sign root any more", shown.Errors, StringComparison.Ordinal);
        await OkAsync("repo", "sign", "--folder", second, "--key", Key("root-2"), "--yes");

        Assert.Empty(Texts((await OkAsync("repo", "sign", "--import", first))["published"]));
        Assert.Equal("root v2", Texts((await OkAsync("repo", "sign", "--import", second))["published"])[0]);
        await OkAsync("repo", "verify");

        var late = await FleetAsync("repo", "sign", "--import", first);
        Assert.Equal(0, late.ExitCode);
        Assert.Contains("root version 2 is published already: no signature of it is needed any more.", late.Output + late.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_online_keys_are_recovered_and_the_stolen_one_counts_no_more()
    {
        await InitAsync();
        Directory.Delete(Repository + "-online-keys", recursive: true);
        var refresh = await FleetAsync("repo", "refresh");
        Assert.Equal(1, refresh.ExitCode);
        Assert.Contains("repo recover", refresh.Errors, StringComparison.Ordinal);

        var recovered = await OkAsync("repo", "recover", "--key", Key("root-1"), "--key", Key("root-3"), "--key", Key("targets-1"), "--key", Key("targets-2"), "--yes");

        Assert.Empty(recovered["waiting"]!.AsArray());
        await OkAsync("repo", "verify");
        await OkAsync("repo", "refresh");
        var status = await OkAsync("repo", "status", "--check", "30");
        Assert.Empty(status["warnings"]!.AsArray());
    }

    [Fact]
    public async Task Expiry_is_announced_before_it_happens_and_a_clock_that_is_behind_signs_nothing()
    {
        await InitAsync();
        Assert.Equal(0, (await FleetAsync("repo", "status", "--check", "30")).ExitCode);

        var soon = await FleetAtAsync("+13h", "repo", "status", "--check", "30", "--prometheus", "-");
        Assert.Equal(1, soon.ExitCode);
        Assert.Contains("edgefleet_repository_role_due{role=\"timestamp\"} 1\n", soon.Output, StringComparison.Ordinal);
        Assert.Contains("edgefleet_repository_role_due{role=\"snapshot\"} 0\n", soon.Output, StringComparison.Ordinal);

        var late = await FleetAtAsync("+2d", "repo", "verify");
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("timestamp v1 refused (Expired)", late.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await FleetAtAsync("+2d", "repo", "refresh")).ExitCode);
        Assert.Equal(0, (await FleetAtAsync("+2d", "repo", "verify")).ExitCode);

        var behind = await FleetAsync("repo", "refresh");
        Assert.Equal(1, behind.ExitCode);
        Assert.Contains("Set the clock", behind.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_on_a_token_signs_through_its_command_and_a_wrong_answer_is_not_taken()
    {
        await InitAsync();
        var plain = _directory.File("token.pem");
        var open = await ProgramRun.StartAsync("openssl", "pkcs8", "-in", Key("main-1"), "-passin", "pass:a passphrase of the tests", "-out", plain);
        Assert.Equal(0, open.ExitCode);
        var publicKey = Path.ChangeExtension(Key("main-1"), ".pub");

        var wrong = await FleetAsync("repo", "renew", "models/main", "--yes", "--key-command", $"{publicKey}=echo 3000");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("do not verify", wrong.Errors, StringComparison.Ordinal);
        var failed = await FleetAsync("repo", "sign", "--yes", "--key-command", $"{publicKey}=exit 3");
        Assert.Contains("exit code 3", failed.Errors, StringComparison.Ordinal);

        var signed = await OkAsync("repo", "sign", "--yes", "--key-command", $"{publicKey}=openssl dgst -sha256 -sign {plain} -hex | sed 's/.*= //'");
        Assert.Equal("models/main v2", Texts(signed["published"])[0]);
        await OkAsync("repo", "verify");
    }

    [Fact]
    public async Task Killed_in_the_middle_the_repository_stays_valid_and_the_lock_is_free()
    {
        await InitAsync();
        var last = 1;
        for (var attempt = 0; attempt < 12; attempt++)
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(PublishedPrograms.EdgeFleet, ["repo", "refresh", "--all", "-r", Repository])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            // Somewhere in its course, which no test can hit on purpose from outside: the tests of EdgeRunner.Trust cut at every operation.
            process.WaitForExit(attempt * 3);
            process.Kill();
            await process.WaitForExitAsync();

            var verified = await OkAsync("repo", "verify");
            var version = (int)verified["roles"]!["timestamp"]!;
            Assert.InRange(version, last, last + 1);
            last = version;
        }
        await OkAsync("repo", "refresh", "--all", "--wait", "0");
    }

    [Theory]
    [InlineData(1, "there is no repository here", "repo", "status", "-r", "/nonexistent")]
    [InlineData(1, "there is no repository here", "model", "list", "-r", "/nonexistent")]
    [InlineData(2, "--generate-keys DIR", "repo", "init", "/nonexistent/repo")]
    [InlineData(2, "is not ROLE=DAYS", "repo", "init", "/nonexistent/repo", "--expires", "root=0")]
    [InlineData(2, "is not NAME=PATTERN", "repo", "init", "/nonexistent/repo", "--team", "vision=other/*")]
    [InlineData(1, "there is no key file /nonexistent.pem", "key", "show", "/nonexistent.pem")]
    [InlineData(2, "three steps", "repo", "sign", "--export", "a", "--import", "b")]
    public async Task Wrong_use_is_one_line_that_says_what_would_be_right(int code, string message, params string[] arguments)
    {
        var run = await FleetAsync(arguments);
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
        var json = await FleetAsync([.. arguments, "--json"]);
        using var failure = JsonDocument.Parse(json.Output);
        Assert.Contains(message, failure.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
