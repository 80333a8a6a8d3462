using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeRunner.TestSupport;

/// <summary>A certificate authority with a server certificate for <c>localhost</c> and 127.0.0.1, as PEM files in a temporary directory.</summary>
public sealed class TestPki : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2 _authority;

    public TestPki(string name = "EdgeRunner test CA")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        CaFile = Write("ca.pem", _authority.ExportCertificatePem());
        (ServerCertificateFile, ServerKeyFile) = Issue("server", "localhost", IPAddress.Loopback);
    }

    /// <summary>Certificate of the authority.</summary>
    public string CaFile { get; }

    /// <summary>For <c>localhost</c> and 127.0.0.1.</summary>
    public string ServerCertificateFile { get; }

    /// <summary>Its key.</summary>
    public string ServerKeyFile { get; }

    /// <summary>Makes a client certificate.</summary>
    public (string CertificateFile, string KeyFile) IssueClient(string commonName) => Issue("client-" + commonName, commonName, address: null);

    /// <summary>Makes a server certificate for one name.</summary>
    public (string CertificateFile, string KeyFile) IssueServer(string name) => Issue("server-" + name, name, address: null);

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    private (string CertificateFile, string KeyFile) Issue(string fileName, string commonName, IPAddress? address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(commonName);
        if (address is not null) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(7), RandomNumberGenerator.GetBytes(8));
        return (Write(fileName + ".pem", certificate.ExportCertificatePem()), Write(fileName + ".key", key.ExportPkcs8PrivateKeyPem()));
    }

    private string Write(string name, string pem)
    {
        var path = _directory.File(name);
        File.WriteAllText(path, pem + "\n");
        return path;
    }
}
