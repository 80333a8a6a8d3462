using System.Diagnostics;
using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Inference.Bundles;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Fleet.Tests.Repository;

public sealed class RepoCommandTests : IDisposable
{
    private const string Passphrase = KeyedRepository.Passphrase;

    private readonly KeyedRepository _fleet = new();

    public void Dispose() => _fleet.Dispose();

    private string Repo => _fleet.Path;

    private string Key(string name) => _fleet.Key(name);

    [Fact]
    public void A_person_is_guided_from_nothing_to_a_repository_and_is_asked_before_anything_is_signed()
    {
        // The directory; seven new passphrases, each twice, the first of them too short at first and then typed differently; the question whether to sign.
        var terminal = new ScriptedTerminal([_fleet.File("keys"), "short", Passphrase, "something else", .. Enumerable.Repeat(Passphrase, 14), "y"]);

        var (code, output) = _fleet.Run(terminal, "repo", "init", Repo);

        Assert.True(code == ExitCode.Ok, _fleet.Errors);
        Assert.Contains("Published: targets v1, models/main v1, rollout v1, snapshot v1, root v1, timestamp v1", output, StringComparison.Ordinal);
        Assert.Contains("root needs 2 of 3 keys", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal("Sign this? [y/N] ", terminal.Questions[^1]);
        Assert.StartsWith("That has 5 characters, and needs at least 12. New passphrase for ", terminal.Questions[2], StringComparison.Ordinal);
        Assert.StartsWith("The two were not the same. New passphrase for ", terminal.Questions[4], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, _fleet.Run("repo", "verify", "-r", Repo).Code);
    }

    [Fact]
    public void Who_says_no_has_signed_nothing_and_what_was_changed_waits()
    {
        _fleet.Init();
        var (code, _) = _fleet.Run(new ScriptedTerminal(Passphrase, "n"), "repo", "renew", "models/main", "-r", Repo, "-k", Key("main-1"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("Not signed", _fleet.Errors, StringComparison.Ordinal);
        var waiting = Assert.Single(_fleet.Ok("repo", "status", "-r", Repo).GetProperty("waiting").EnumerateArray());
        Assert.Equal(1, waiting.GetProperty("requirements")[0].GetProperty("missing").GetInt32());
    }

    [Fact]
    public void A_threshold_that_cannot_be_met_is_said_before_any_key_is_made()
    {
        Assert.Equal(ExitCode.Usage, _fleet.Run("repo", "init", Repo, "--generate-keys", _fleet.File("keys"), "--targets-threshold", "4", "--passphrase-file", _fleet.PassphraseFile, "-y").Code);
        Assert.Contains("--targets-threshold 4 cannot be met by 3 keys", _fleet.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fleet.File("keys")));
    }

    [Fact]
    public void An_init_that_fails_leaves_nothing_behind_and_what_was_there_before()
    {
        _fleet.Ok("key", "generate", Key("mine"), "--passphrase-file", _fleet.PassphraseFile);
        var mine = Path.ChangeExtension(Key("mine"), ".pub");
        string[] init = ["repo", "init", Repo, "--root-key", mine, "--root-key", mine, "--generate-keys", _fleet.File("new-keys"), "--passphrase-file", _fleet.PassphraseFile, "-y"];

        _fleet.Refused("one key is given twice among the 2", init);

        Assert.False(Directory.Exists(Repo) || Directory.Exists(Repo + "-online-keys") || Directory.Exists(_fleet.File("new-keys")));
        Assert.True(File.Exists(mine) && File.Exists(Key("mine")));
        Directory.CreateDirectory(Repo + "-online-keys");
        File.WriteAllText(Path.Combine(Repo + "-online-keys", "note"), "not ours");
        _fleet.Refused("one key is given twice among the 2", init);
        Assert.Equal("note", Path.GetFileName(Assert.Single(Directory.GetFiles(Repo + "-online-keys"))));
        _fleet.Init();
    }

    [Fact]
    public void Nobody_types_a_passphrase_when_nothing_waits_for_signatures()
    {
        _fleet.Init();
        var (code, output) = _fleet.Run(new ScriptedTerminal(), "repo", "sign", "-r", Repo, "-k", Key("main-1"));
        Assert.Equal((ExitCode.Ok, "Nothing to do.\n"), (code, output));
    }

    [Fact]
    public void A_stick_that_comes_a_second_time_is_told_that_all_of_it_is_published()
    {
        _fleet.Init();
        _fleet.Ok("repo", "renew", "models/main", "-r", Repo);
        _fleet.Ok("repo", "sign", "--export", _fleet.File("usb"), "-r", Repo);
        _fleet.Ok("repo", "sign", "--folder", _fleet.File("usb"), "-k", Key("main-1"), "--passphrase-file", _fleet.PassphraseFile, "-y");
        Assert.Contains("models/main v2", _fleet.Ok("repo", "sign", "--import", _fleet.File("usb"), "-r", Repo).GetProperty("published").EnumerateArray().Select(p => p.GetString()));

        Assert.Contains("models/main version 2 is published already: no signature of it is needed any more.", _fleet.Text("repo", "sign", "--import", _fleet.File("usb"), "-r", Repo), StringComparison.Ordinal);
        _fleet.Signed("repo", "renew", "models/main"); // and when there is a newer one
        Assert.Contains("models/main version 2 is published already", _fleet.Text("repo", "sign", "--import", _fleet.File("usb"), "-r", Repo), StringComparison.Ordinal);

        _fleet.Ok("repo", "renew", "models/main", "-r", Repo);
        _fleet.Ok("repo", "sign", "--export", _fleet.File("usb"), "-r", Repo);
        _fleet.Ok("repo", "drop", "models/main", "-r", Repo);
        _fleet.Refused("version 4 is not staged here, and version 3 is published", "repo", "sign", "--import", _fleet.File("usb"), "-r", Repo);
    }

    [Fact]
    public void A_key_that_may_sign_nothing_of_it_is_told()
    {
        _fleet.Init();
        var report = _fleet.Ok("repo", "renew", "models/main", "-r", Repo, "-k", Key("targets-1"), "--passphrase-file", _fleet.PassphraseFile, "-y");
        var warning = Assert.Single(report.GetProperty("warnings").EnumerateArray()).GetString()!;
        Assert.Contains("that was given may sign nothing of this: models/main wants keys " + _fleet.Ok("key", "show", Key("main-1")).GetProperty("keyId").GetString()![..8], warning, StringComparison.Ordinal);
        Assert.Empty(_fleet.Signed("repo", "sign").GetProperty("warnings").EnumerateArray());
    }

    [Fact]
    public void What_a_depot_must_read_can_be_read_whatever_the_umask_and_keys_are_for_their_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        _fleet.Init();
        var shared = _fleet.File("shared");
        string[] init = ["repo", "init", shared, "--root-key", Key("root-1"), "--root-key", Key("root-2"), "--targets-key", Key("targets-1"), "--targets-key", Key("targets-2"), "--team-key", "main=" + Key("main-1"),
            "--passphrase-file", _fleet.PassphraseFile, "-y"];
        // A process of its own: the umask is one for all threads.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "umask 077; exec \"$@\"", "sh", Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "edgefleet.dll"), .. init]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);

        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode directory = readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        string[] directories = [shared, .. Directory.GetDirectories(shared, "*", SearchOption.AllDirectories)];
        string[] files = [.. Directory.GetFiles(Path.Combine(shared, "metadata")), Path.Combine(shared, "repository.json")];
        Assert.True(files.Length > 5);
        foreach (var path in directories)
        {
            Assert.Equal((path, directory), (path, File.GetUnixFileMode(path)));
        }
        foreach (var path in files)
        {
            Assert.Equal((path, readable), (path, File.GetUnixFileMode(path)));
        }
        Assert.All(Directory.GetFiles(shared + "-online-keys", "*.pem"), key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(key)));
    }

    [Fact]
    public void The_wrong_file_the_wrong_passphrase_and_a_command_that_talks_for_ever_are_told_apart()
    {
        _fleet.Init();
        File.WriteAllText(_fleet.File("other"), "another passphrase\n");
        string[] renew = ["repo", "renew", "models/main", "-r", Repo, "-y", "--passphrase-file", _fleet.File("other")];

        Assert.Equal(ExitCode.Failed, _fleet.Run([.. renew, "-k", Key("main-1")]).Code);
        Assert.Contains("main-1.pem: the passphrase is wrong", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, _fleet.Run([.. renew, "-k", Path.ChangeExtension(Key("main-1"), ".pub")]).Code);
        Assert.Contains("is a public key", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, _fleet.Run([.. renew, "--key-command", Path.ChangeExtension(Key("main-1"), ".pub") + "=yes"]).Code);
        Assert.Contains("no signature is that long", _fleet.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_given_without_their_public_halves_take_each_its_own_passphrase()
    {
        var args = new List<string> { "repo", "init", Repo, "--team-key", "main=" + Key("r1"), "--targets-threshold", "1", "-y" };
        foreach (var name in (string[])["r1", "r2", "t1"])
        {
            File.WriteAllText(_fleet.File(name), "a long passphrase of " + name);
            _fleet.Ok("key", "generate", Key(name), "--passphrase-file", _fleet.File(name));
            File.Delete(Path.ChangeExtension(Key(name), ".pub"));
            args.AddRange([name[0] == 'r' ? "--root-key" : "--targets-key", Key(name), "--passphrase-file", _fleet.File(name)]);
        }

        Assert.Equal("timestamp v1", _fleet.Ok([.. args]).GetProperty("published").EnumerateArray().Last().GetString());
    }

    [Fact]
    public void Status_warns_of_online_keys_that_others_can_read_and_of_a_repository_that_waits_for_its_first_signatures()
    {
        _fleet.Init();
        var key = Directory.GetFiles(Repo + "-online-keys", "snapshot-*.pem")[0];
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }
        Assert.Equal(ExitCode.Failed, _fleet.Run("repo", "status", "-r", Repo, "--check", "7").Code);
        Assert.Contains($"chmod 600 {key}", _fleet.Run("repo", "status", "-r", Repo).Output, StringComparison.Ordinal);

        var waiting = _fleet.File("waiting");
        _fleet.Ok("repo", "init", waiting, "--root-key", Path.ChangeExtension(Key("root-1"), ".pub"), "--root-key", Path.ChangeExtension(Key("root-2"), ".pub"), "--targets-key", Path.ChangeExtension(Key("targets-1"), ".pub"), "--targets-threshold", "1", "--team-key", "main=" + Path.ChangeExtension(Key("main-1"), ".pub"));
        Assert.Equal(ExitCode.Failed, _fleet.Run("repo", "status", "-r", waiting, "--check", "7").Code);
    }

    [Fact]
    public void Without_a_terminal_and_without_yes_nothing_is_signed()
    {
        _fleet.Init();
        var (code, _) = _fleet.Run("repo", "renew", "models/main", "-r", Repo, "-k", Key("main-1"), "--passphrase-file", _fleet.PassphraseFile);
        Assert.Equal(ExitCode.Usage, code);
        var told = ToldCommand();
        Assert.Single(_fleet.Ok("repo", "status", "-r", Repo).GetProperty("waiting").EnumerateArray());

        Assert.Equal(ExitCode.Ok, _fleet.Run(told).Code);
        Assert.Empty(_fleet.Ok("repo", "status", "-r", Repo).GetProperty("waiting").EnumerateArray());
    }

    [Fact]
    public void An_init_that_could_not_ask_names_the_command_that_finishes_it()
    {
        var (code, _) = _fleet.Run("repo", "init", Repo, "--generate-keys", _fleet.File("the keys"), "--type", "ed25519", "--passphrase-file", _fleet.PassphraseFile);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"--key '{_fleet.File("the keys")}/root-1.pem'", _fleet.Errors, StringComparison.Ordinal);

        var (signed, output) = _fleet.Run(ToldCommand());
        Assert.True(signed == ExitCode.Ok, _fleet.Errors);
        Assert.Contains("root v1, timestamp v1", output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, _fleet.Run("repo", "verify", "-r", Repo).Code);
    }

    /// <summary>The arguments of the command at the end of what was said, as a shell would give them.</summary>
    private string[] ToldCommand()
    {
        var command = _fleet.Errors[(_fleet.Errors.LastIndexOf("edgefleet repo sign", StringComparison.Ordinal) + "edgefleet ".Length)..].TrimEnd();
        Assert.EndsWith(" --yes", command, StringComparison.Ordinal);
        return [.. command.Split('\'').SelectMany((part, n) => n % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }

    [Fact]
    public void Releases_count_up_and_min_release_forbids_the_older_ones_in_every_later_one_too()
    {
        _fleet.Init();
        _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test");
        _fleet.Signed("model", "add", _fleet.Pack("1.1.0"), "--no-self-test");
        _fleet.Signed("model", "set-min-release", "shuttle-forest", "1.1.0");
        _fleet.Signed("model", "remove", "shuttle-forest", "1.1.0");
        _fleet.Signed("model", "add", _fleet.Pack("1.2.0"), "--no-self-test");

        var models = _fleet.Ok("model", "list", "-r", Repo).EnumerateArray().Select(m => (m.GetProperty("version").GetString(), m.GetProperty("release").GetInt64(), m.GetProperty("minRelease").GetInt64(), m.GetProperty("revoked").GetBoolean()));

        Assert.Equal([("1.0.0", 1, 2, true), ("1.2.0", 3, 2, false)], models);
        Assert.Contains("forbidden by min-release", _fleet.Run("model", "show", "shuttle-forest", "1.0.0", "-r", Repo).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, _fleet.Run("model", "show", "shuttle-forest", "1.1.0", "-r", Repo).Code);
        Assert.Contains("Versions of shuttle-forest are: 1.0.0, 1.2.0", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(4, _fleet.Ok("repo", "verify", "-r", Repo).GetProperty("targets").GetInt32()); // two bundles, two indexes
    }

    [Fact]
    public void A_bundle_that_is_damaged_or_whose_golden_cases_fail_does_not_get_in()
    {
        _fleet.Init();
        var bundle = _fleet.Pack("1.0.0");
        _fleet.Signed("model", "add", bundle, "--onnxruntime", TestPaths.OnnxRuntimeLibrary);
        var bytes = File.ReadAllBytes(_fleet.Pack("2.0.0"));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(bundle, bytes);

        Assert.Equal(ExitCode.Failed, _fleet.Run("model", "add", bundle, "-r", Repo, "--no-self-test", "--json").Code);

        Assert.Contains(bundle, _fleet.Errors, StringComparison.Ordinal);
        Assert.Empty(_fleet.Ok("repo", "status", "-r", Repo).GetProperty("waiting").EnumerateArray());
    }

    [Fact]
    public void Passphrases_are_checked_and_changed_and_no_key_is_overwritten()
    {
        Assert.Equal(ExitCode.Failed, _fleet.Run("key", "generate", Key("a")).Code);
        Assert.Contains("--passphrase-file", _fleet.Errors, StringComparison.Ordinal);
        var made = _fleet.Ok("key", "generate", Key("a"), "--passphrase-file", _fleet.PassphraseFile);
        Assert.Equal(ExitCode.Failed, _fleet.Run("key", "generate", Key("a"), "--passphrase-file", _fleet.PassphraseFile).Code);
        Assert.Contains("never overwritten", _fleet.Errors, StringComparison.Ordinal);
        var next = _fleet.File("next");
        File.WriteAllText(next, "another passphrase");

        _fleet.Ok("key", "passphrase", Key("a"), "--passphrase-file", _fleet.PassphraseFile, "--new-passphrase-file", next);

        Assert.Equal(ExitCode.Failed, _fleet.Run("key", "passphrase", Key("a"), "--passphrase-file", _fleet.PassphraseFile, "--new-passphrase-file", next).Code);
        Assert.Contains("the passphrase is wrong", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(made.GetProperty("keyId").GetString(), _fleet.Ok("key", "show", Key("a")).GetProperty("keyId").GetString());
        Assert.Equal(made.GetProperty("keyId").GetString(), _fleet.Ok("key", "show", KeyFile.PublicFileOf(Key("a"))).GetProperty("keyId").GetString());
    }

    [Fact]
    public void Status_check_warns_in_time_for_every_role_and_writes_a_whole_prometheus_file()
    {
        _fleet.Init();
        Assert.Equal(ExitCode.Ok, _fleet.Run("repo", "status", "-r", Repo, "--check", "30").Code);
        var file = _fleet.File("edgefleet.prom");
        foreach (var (days, role) in ((int, string)[])[(1, "timestamp"), (4, "snapshot"), (151, "models/main"), (336, "root")])
        {
            var clock = new ManualTimeProvider(_fleet.Time.GetUtcNow().AddDays(days));
            using var output = new StringWriter();
            using var error = new StringWriter();
            Assert.Equal(ExitCode.Failed, FleetCommand.Run(["repo", "status", "-r", Repo, "--check", "30", "--prometheus", file], clock, output, error, new NobodyThere()));
            Assert.Contains($"edgefleet_repository_role_due{{role=\"{role}\"}} 1\n", File.ReadAllText(file), StringComparison.Ordinal);
        }
        Assert.All(File.ReadAllLines(file), line => Assert.Matches(@"\A(# (HELP|TYPE) \w+ .+|\w+(\{role=""[^""]+""\})? -?\d+)\z", line));
    }

    [Fact]
    public void A_damaged_file_that_waits_for_signatures_is_told_and_does_not_stop_the_refresh()
    {
        _fleet.Init();
        Directory.CreateDirectory(Path.Combine(Repo, "staged"));
        File.WriteAllText(Path.Combine(Repo, "staged", "models%2Fmain.json"), "{\"signed\": cut off");

        Assert.Equal("timestamp v2", Assert.Single(_fleet.Ok("repo", "refresh", "-r", Repo).GetProperty("published").EnumerateArray()).GetString());

        Assert.Contains("models%2Fmain.json", _fleet.Errors, StringComparison.Ordinal);
        Assert.Contains("Delete the file and make the change again", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, _fleet.Run("repo", "status", "-r", Repo).Code);
    }

    [Fact]
    public void Keys_can_be_taken_from_two_roles_and_delegations_added_for_a_second_team()
    {
        _fleet.Init();
        _fleet.Ok("key", "generate", Key("vision"), "--passphrase-file", _fleet.PassphraseFile);
        string[] people = ["-k", Key("targets-1"), "-k", Key("targets-2"), "-k", Key("vision"), "--passphrase-file", _fleet.PassphraseFile, "-y", "-r", Repo];
        var added = _fleet.Ok(["repo", "add-delegation", "beta", "--path", "beta/*", "--role-key", Key("vision"), .. people]);
        Assert.Empty(added.GetProperty("waiting").EnumerateArray());
        Assert.Equal(ExitCode.Failed, _fleet.Run(["repo", "add-delegation", "beta", "--path", "x", "--online", .. people]).Code);
        Assert.Contains("already", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, _fleet.Run(["repo", "rotate-key", "beta", "-r", Repo]).Code);
        Assert.Contains("--add FILE", _fleet.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, _fleet.Run(["repo", "rotate-key", "beta", "--remove", "12345678", "-r", Repo]).Code);
        Assert.Contains("no such key", _fleet.Errors, StringComparison.Ordinal);
        _fleet.Ok(["repo", "rotate-key", "beta", "--remove", "all", "--add", Key("main-1"), "-k", Key("main-1"), .. people]);
        Assert.Equal(ExitCode.Ok, _fleet.Run("repo", "verify", "-r", Repo).Code);
    }

    [Fact]
    public void Teams_are_read_as_written_or_refused()
    {
        Assert.Equal(["models/a-*/*", "models/b/*"], TeamPlan.Parse("vision=models/a-*/*, models/b/*")!.Patterns);
        Assert.Equal("models/vision", TeamPlan.Parse("vision")!.Role);
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
            TeamPlan.Parse(text.Get) is not { } plan || (plan.Name.Length > 0 && plan.Patterns.Count > 0 && plan.Patterns.All(p => p.StartsWith("models/", StringComparison.Ordinal)))).QuickCheckThrowOnFailure();
    }
}
