using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeRunner.Fleet.Commands;

/// <summary>PEM files of the command line, looked into before anything is connected: what is in the wrong file is no trouble of the broker's.</summary>
internal static class PemOption
{
    private const string Certificate = "CERTIFICATE";
    private const string PrivateKey = "PRIVATE KEY";

    /// <summary>A file of certificates; null stays null.</summary>
    /// <exception cref="UsageException">It is not there, or has none that can be read.</exception>
    internal static string? Certificates(string option, string? file)
    {
        if (Read(option, file) is not { } text)
        {
            return null;
        }
        var count = 0;
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            // OpenSSL also takes TRUSTED CERTIFICATE and X509 CERTIFICATE; what is in those is its to judge.
            var label = rest[found.Label];
            if (label.EndsWith(Certificate, StringComparison.Ordinal))
            {
                count++;
                Check(option, file!, count, label, rest[found.Base64Data]);
            }
        }
        return count > 0 ? file : throw new UsageException($"{option} {file} has no certificate; expected PEM, -----BEGIN CERTIFICATE-----{Found(text)}.");
    }

    /// <summary>A file with a private key; null stays null.</summary>
    /// <exception cref="UsageException">It is not there, or has none.</exception>
    internal static string? Key(string option, string? file)
    {
        if (Read(option, file) is not { } text)
        {
            return null;
        }
        return Labels(text).Any(l => l.EndsWith(PrivateKey, StringComparison.Ordinal))
            ? file
            : throw new UsageException($"{option} {file} has no private key; expected PEM, -----BEGIN PRIVATE KEY-----{Found(text)}.");
    }

    private static void Check(string option, string file, int number, ReadOnlySpan<char> label, ReadOnlySpan<char> base64)
    {
        if (!label.SequenceEqual(Certificate))
        {
            return;
        }
        try
        {
            X509CertificateLoader.LoadCertificate(Convert.FromBase64String(base64.ToString())).Dispose();
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new UsageException($"{option} {file}: its certificate {number} is damaged; put it there again.");
        }
    }

    private static string? Read(string option, string? file)
    {
        try
        {
            return file is null ? null : File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{option} {file}: there is no such file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} {file} cannot be read: {e.Message}");
        }
    }

    private static string Found(string text) => Labels(text) is { Count: > 0 } labels ? $", found {string.Join(", ", labels.Distinct(StringComparer.Ordinal))}" : "";

    private static List<string> Labels(string text)
    {
        var labels = new List<string>();
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            labels.Add(rest[found.Label].ToString());
        }
        return labels;
    }
}
