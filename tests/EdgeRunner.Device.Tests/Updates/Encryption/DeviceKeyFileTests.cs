using System.Runtime.Versioning;
using EdgeRunner.Device.Updates.Encryption;
using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Device.Tests.Updates.Encryption;

[SupportedOSPlatform("linux")]
public sealed class DeviceKeyFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string KeyPath => _directory.File("device-key.pem");

    [Fact]
    public void A_new_key_is_for_its_owner_alone_and_never_overwrites_another()
    {
        using var key = DeviceKey.Generate(DeviceKeyKind.Ec);
        using var other = DeviceKey.Generate(DeviceKeyKind.Ec);

        DeviceKeyWriter.Write(KeyPath, key, add: false);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyPath));
        Assert.Null(DeviceKeyFile.FindModeProblem(KeyPath));
        Assert.Contains("never overwritten", Assert.Throws<SealException>(() => DeviceKeyWriter.Write(KeyPath, other, add: false)).Message, StringComparison.Ordinal);
        Assert.Equal([key.PublicKey.Thumbprint], Thumbprints());
        Assert.Single(Directory.EnumerateFiles(_directory.Path));
    }

    [Fact]
    public void A_key_is_added_before_the_others_until_the_file_is_full()
    {
        var made = new List<string>();
        for (var i = 0; i < DeviceKey.MaxKeys; i++)
        {
            using var key = DeviceKey.Generate(DeviceKeyKind.Ec);
            DeviceKeyWriter.Write(KeyPath, key, add: true);
            made.Insert(0, key.PublicKey.Thumbprint);
        }

        using var tooMany = DeviceKey.Generate(DeviceKeyKind.Ec);
        Assert.Contains("8 keys", Assert.Throws<SealException>(() => DeviceKeyWriter.Write(KeyPath, tooMany, add: true)).Message, StringComparison.Ordinal);
        Assert.Equal(made, Thumbprints());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyPath));
    }

    [Fact]
    public void A_key_is_not_added_to_a_file_that_is_none()
    {
        File.WriteAllText(KeyPath, "precious words");
        using var key = DeviceKey.Generate(DeviceKeyKind.Ec);

        Assert.Throws<SealException>(() => DeviceKeyWriter.Write(KeyPath, key, add: true));

        Assert.Equal("precious words", File.ReadAllText(KeyPath));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.GroupWrite, true)]
    [InlineData(UnixFileMode.UserExecute, false)]
    public void A_file_that_others_may_use_is_warned_of(UnixFileMode more, bool isProblem)
    {
        File.WriteAllText(KeyPath, "");
        File.SetUnixFileMode(KeyPath, OwnerOnly | more);

        Assert.Equal(isProblem, DeviceKeyFile.FindModeProblem(KeyPath) is not null);
    }

    [Fact]
    public void The_configured_file_wins_over_the_credential_and_a_missing_credential_is_none()
    {
        Assert.Equal("/etc/key", DeviceKeyFile.Locate("/etc/key", _directory.Path));
        Assert.Null(DeviceKeyFile.Locate(null, _directory.Path));
        Assert.Null(DeviceKeyFile.Locate(null, null));
        File.WriteAllText(_directory.File("device-key"), "");
        Assert.Equal(_directory.File("device-key"), DeviceKeyFile.Locate(null, _directory.Path));
    }

    [Fact]
    public void A_file_of_any_size_is_refused_without_reading_it_all()
    {
        using (var file = File.Create(KeyPath)) file.SetLength(1L << 34);

        Assert.Contains("expected at most", Assert.Throws<SealException>(() => DeviceKeyFile.Read(KeyPath)).Message, StringComparison.Ordinal);
    }

    private string[] Thumbprints() => [.. DeviceKeyFile.Read(KeyPath).Select(k => k.PublicKey.Thumbprint)];
}
