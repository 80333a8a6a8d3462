using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Uplink;

namespace EdgeRunner.Device.Tests.Uplink;

public sealed class BrokerIdentityTests : IDisposable
{
    private const string Topic = "er/1/fleet/device/box-3/presence";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Certificate_of_another_device_is_named_with_both_names()
    {
        var problem = BrokerIdentity.FindProblem(Of(Certificate("box-1")), "box-3", Topic);

        Assert.Contains("box-1.crt is that of \"box-1\" (its common name), and device.id is \"box-3\"", problem, StringComparison.Ordinal);
        Assert.Contains(Topic, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_said_where_names_agree_or_cannot_be_told()
    {
        Assert.Null(BrokerIdentity.FindProblem(Of(Certificate("box-3")), "box-3", Topic));
        Assert.Null(BrokerIdentity.FindProblem(Of(_directory.File("absent.crt")), "box-3", Topic));
        Assert.Null(BrokerIdentity.FindProblem(new BrokerOptions { Username = "box-3" }, "box-3", Topic));
        Assert.Null(BrokerIdentity.FindProblem(new BrokerOptions(), "box-3", Topic));
    }

    [Fact]
    public void User_name_of_another_device_is_named_where_there_is_no_certificate() =>
        Assert.Contains("broker.username is \"box-1\", and device.id is \"box-3\"", BrokerIdentity.FindProblem(new BrokerOptions { Username = "box-1" }, "box-3", Topic), StringComparison.Ordinal);

    private static BrokerOptions Of(string certificate) => new() { Tls = new BrokerTlsOptions { CertificateFile = certificate } };

    private string Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}, O=Plant", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var file = _directory.File($"{name}.crt");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }
}
