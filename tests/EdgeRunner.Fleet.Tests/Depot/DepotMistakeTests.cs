using System.CommandLine;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Depot;
using EdgeRunner.Fleet.Tests.Depot.Http;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>A depot that was started with the wrong directory says so, and does not run for weeks without serving anything.</summary>
public sealed class DepotMistakeTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_directory_that_is_no_repository_is_wrong_use_and_an_empty_one_waits_for_its_copy()
    {
        var directory = Directory.CreateDirectory(_directory.File("srv")).FullName;
        new DepotOptions(directory, "north").Check();
        File.WriteAllText(Path.Combine(directory, "something.txt"), "else");
        Assert.Equal(ExitCode.Usage, Run("-r", directory));
        Assert.Contains("is no repository: it has neither repository.json, nor metadata and targets", Assert.Throws<UsageException>(() => new DepotOptions(directory, "north").Check()).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(directory, "targets")); // a copy begins with them
        new DepotOptions(directory, "north").Check();
    }

    [Fact]
    public void A_new_file_system_and_a_copy_that_has_only_begun_wait_for_the_rest_of_it()
    {
        var directory = Directory.CreateDirectory(_directory.File("srv")).FullName;
        Directory.CreateDirectory(Path.Combine(directory, "lost+found"));
        new DepotOptions(directory, "north").Check();
        File.WriteAllText(Path.Combine(directory, ".lock"), "");
        File.WriteAllText(Path.Combine(directory, ".repository.json.x7Kq2a"), "{");
        new DepotOptions(directory, "north").Check();
        File.WriteAllText(Path.Combine(directory, "found"), "");
        Assert.Throws<UsageException>(() => new DepotOptions(directory, "north").Check());
    }

    [Fact]
    public void A_directory_that_was_named_and_is_not_there_may_come_later_so_whoever_starts_the_depot_may_try_again()
    {
        var missing = _directory.File("nosuch");
        Assert.Contains($"--online-keys {missing}: there is no such directory", Assert.Throws<NotFoundException>(() => new DepotOptions(Directory.CreateDirectory(_directory.File("srv")).FullName, "north") { OnlineKeys = missing }.Check()).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, Run("-r", _directory.File("srv"), "--online-keys", missing));
        Assert.Contains($"--repo {missing}: there is no such directory", Assert.Throws<NotFoundException>(() => new DepotOptions(missing, "north").Check()).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, Run("-r", missing));
        Assert.Contains("RestartPreventExitStatus=2\n", File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "device-configs", "systemd", "edgefleet-depot.service")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Online_keys_that_were_named_and_cannot_sign_are_no_healthy_depot()
    {
        using var repository = await SignedRepository.CreateAsync(TimeProvider.System);
        var empty = Directory.CreateDirectory(_directory.File("empty")).FullName;
        foreach (var (keys, healthy) in ((string?, bool)[])[(empty, false), (null, true)])
        {
            await using var depot = await HttpDepot.StartAsync(repository.Path, options => options with { OnlineKeys = keys, RefreshInterval = TimeSpan.Zero });
            await Waiting.UntilAsync(() => depot.Health.Snapshot().Any(c => c.Name == DepotHealth.Refresh && c.Healthy == healthy), $"with the keys in {keys ?? "their place"} it is {(healthy ? "well" : "not well")}");
        }
    }

    [Fact]
    public async Task A_program_that_the_broker_lets_in_and_refuses_is_told_whose_rights_it_needs()
    {
        using var error = new StringWriter();
        var command = new RootCommand();
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, json: false, _ => throw new MqttRefusedException(BrokerRights.NotAuthorized, "the subscription er/1/north/# (Not authorized)")));
        Assert.Equal(ExitCode.Unavailable, await command.Parse([]).InvokeAsync(new InvocationConfiguration { Error = error }));
        Assert.Contains("(Not authorized). It needs the rights of the broker's user fleet: with the shipped rules a client certificate (--cert, --key) whose common name is fleet", error.ToString(), StringComparison.Ordinal);
    }

    private static int Run(params string[] args) => FleetCommand.Run(["depot", .. args, "--http", "http://127.0.0.1:0"], TimeProvider.System, TextWriter.Null, TextWriter.Null);
}
