using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Uplink;

/// <summary>Who a broker takes this device for, against who it says it is.</summary>
internal static class BrokerIdentity
{
    /// <summary>Why a broker may refuse what a device publishes under its id, as far as the device's own files tell: its certificate or its user name is another one's.</summary>
    /// <param name="broker">The section <c>broker</c>.</param>
    /// <param name="deviceId">The id in the topics.</param>
    /// <param name="topic">A topic of the device, as an example.</param>
    /// <returns>Null when both agree, or nothing can be told.</returns>
    public static string? FindProblem(BrokerOptions broker, string deviceId, string topic)
    {
        if (broker.Tls?.CertificateFile is { } file && CommonNameOf(file) is { Length: > 0 } name && !string.Equals(name, deviceId, StringComparison.Ordinal))
            return $"The certificate {file} is that of \"{name}\" (its common name), and device.id is \"{deviceId}\": a broker that goes by the certificate does not let \"{name}\" write {topic}. Give this device a certificate of its own, or mend device.id";
        if (broker.Tls?.CertificateFile is null && broker.Username is { Length: > 0 } user && !string.Equals(user, deviceId, StringComparison.Ordinal))
            return $"broker.username is \"{user}\", and device.id is \"{deviceId}\": a broker whose ACL goes by the user name does not let \"{user}\" write {topic}. Mend one of them, or the ACL";
        return null;
    }

    private static string? CommonNameOf(string file)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return null; // The connection says what is wrong with the file.
        }
    }
}
