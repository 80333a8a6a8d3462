using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Tests.Repository;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Fleet.Tests.Encryption;

public sealed class DeviceCommandTests : IDisposable
{
    private readonly KeyedRepository _fleet = new KeyedRepository().Init();

    public void Dispose() => _fleet.Dispose();

    private string Repo => _fleet.Path;

    [Fact]
    public void An_enrolled_device_is_listed_shown_moved_and_removed()
    {
        var (file, thumbprint) = NewKey();
        var enrolled = _fleet.Ok("device", "enroll", "press-1", file, "-g", "plant-a", "-g", "canary", "-r", Repo);
        _fleet.Ok("device", "enroll", "press-2", NewKey().File, "-r", Repo);

        Assert.Equal(["canary", "plant-a"], Groups(enrolled.GetProperty("device")));
        Assert.Equal(thumbprint, _fleet.Ok("device", "show", "press-1", "-r", Repo).GetProperty("keys")[0].GetProperty("thumbprint").GetString());
        Assert.Equal(["press-1", "press-2"], Ids("device", "list", "-r", Repo));
        Assert.Equal(["press-1"], Ids("device", "list", "-g", "canary", "-r", Repo));
        Assert.Contains(thumbprint, _fleet.Run("device", "show", "press-1", "-r", Repo).Output, StringComparison.Ordinal);
        Assert.Contains(thumbprint, _fleet.Run("device", "list", "-r", Repo).Output, StringComparison.Ordinal);

        Assert.Equal(["plant-b"], Groups(_fleet.Ok("device", "set-groups", "press-1", "plant-b", "-r", Repo).GetProperty("device")));
        Assert.Equal(JsonValueKind.Null, _fleet.Ok("device", "remove", "press-1", "-r", Repo).GetProperty("device").ValueKind);
        Assert.Equal(["press-2"], Ids("device", "list", "-r", Repo));
    }

    [Fact]
    public void A_jwk_file_is_as_good_as_pem()
    {
        using var key = DeviceKey.Generate(DeviceKeyKind.Ec);
        var file = _fleet.File("key.json");
        File.WriteAllBytes(file, JsonText.Write(key.PublicKey.ToJwk()));

        _fleet.Ok("device", "enroll", "press-1", file, "-r", Repo);

        Assert.Equal(key.PublicKey.Thumbprint, _fleet.Ok("device", "show", "press-1", "-r", Repo).GetProperty("keys")[0].GetProperty("thumbprint").GetString());
    }

    [Fact]
    public void What_cannot_be_is_refused_with_what_would_be_right()
    {
        using var key = DeviceKey.Generate(DeviceKeyKind.Ec);
        var privateFile = _fleet.File("private.pem");
        File.WriteAllText(privateFile, new string(key.ToPem()));
        var (file, _) = NewKey();
        _fleet.Ok("device", "enroll", "press-1", file, "-r", Repo);

        Refused("must not leave its device", "device", "enroll", "press-2", privateFile);
        Refused("enrolled already, for press-1", "device", "enroll", "press-2", file);
        Refused("set-groups press-1", "device", "enroll", "press-1", file);
        Refused("cannot be the name of a device", "device", "enroll", "../x", NewKey().File);
        Refused("cannot be the name of a group", "device", "enroll", "press-2", NewKey().File, "-g", "a b");
        Refused("Devices are: press-1", "device", "show", "press-9");
        Refused("Its keys are", "device", "remove", "press-1", "--key", "nothing");
        Refused("", "device", "enroll", "press-2", _fleet.File("missing"));
        Assert.Equal(["press-1"], Ids("device", "list", "-r", Repo));
        Assert.NotEqual(ExitCode.Ok, _fleet.Run("device", "list", "-r", _fleet.File("empty")).Code);
        Assert.Contains("there is no repository here", _fleet.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_nobody_is_in_is_an_error_with_the_names_there_are()
    {
        _fleet.Ok("device", "enroll", "press-1", NewKey().File, "-g", "canary", "-r", Repo);
        Refused("No enrolled device is in the group canray. Did you mean canary? Groups are: canary.", "device", "list", "-g", "canray");
        Assert.Equal(ExitCode.Failed, _fleet.Run("device", "list", "-g", "canray", "-r", Repo, "--json").Code);
    }

    [Theory]
    [InlineData("ecdsa-p256")]
    [InlineData("rsa-pss")]
    public void A_key_that_signs_here_is_no_devices_key(string type)
    {
        _fleet.Ok("key", "generate", _fleet.Key("team"), "--type", type, "--passphrase-file", _fleet.PassphraseFile);
        var file = Path.ChangeExtension(_fleet.Key("team"), ".pub");
        _fleet.Ok("repo", "add-delegation", "models/b", "--path", "models/b/*", "--role-key", file, "-r", Repo);
        Refused("which signs models/b, and no device's", "device", "enroll", "press-1", file);
        Refused("Devices are: none", "device", "show", "press-1");
    }

    [Theory]
    [InlineData("\"id\": \"press-1\"", "\"id\": \"press-2\"", "the file is named press-1")]
    [InlineData("\"format\": 1", "\"format\": 2", "format is 2")]
    [InlineData("\"thumbprint\": \"", "\"thumbprint\": \"A", "the key that is named A")]
    [InlineData("\"groups\": [", "\"groups\": [\"a/b\",", "\"a/b\" is no name of a group")]
    [InlineData("{", "{\"more\": 1,", "cannot be read")]
    [InlineData("{", "", "cannot be read")]
    public void A_damaged_file_is_named_with_what_is_wrong(string old, string replacement, string reason)
    {
        _fleet.Ok("device", "enroll", "press-1", NewKey().File, "-g", "canary", "-r", Repo);
        var file = Path.Combine(Repo, "devices", "press-1.json");
        var text = File.ReadAllText(file);
        var at = text.IndexOf(old, StringComparison.Ordinal);
        File.WriteAllText(file, text[..at] + replacement + text[(at + old.Length)..]);

        Refused(reason, "device", "show", "press-1");
        Assert.Contains(file, _fleet.Errors, StringComparison.Ordinal);
    }

    private static string[] Groups(JsonElement device) => [.. device.GetProperty("groups").EnumerateArray().Select(g => g.GetString()!)];

    private string[] Ids(params string[] args) => [.. _fleet.Ok(args).EnumerateArray().Select(d => d.GetProperty("id").GetString()!)];

    private (string File, string Thumbprint) NewKey()
    {
        using var key = DeviceKey.Generate(DeviceKeyKind.Ec);
        var file = _fleet.File(key.PublicKey.Thumbprint + ".pub");
        File.WriteAllText(file, key.PublicKey.ToPem());
        return (file, key.PublicKey.Thumbprint);
    }

    private void Refused(string reason, params string[] args) => _fleet.Refused(reason, [.. args, "-r", Repo]);
}
