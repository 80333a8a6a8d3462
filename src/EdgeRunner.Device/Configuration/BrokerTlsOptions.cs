namespace EdgeRunner.Device.Configuration;

/// <summary>TLS towards the broker.</summary>
internal sealed record BrokerTlsOptions : ICheckedSection
{
    /// <summary>PEM file with the certificates that are trusted; null (default) takes the system's.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file with the client certificate; null (default) = none.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file with the client's key, unencrypted; null (default) = none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Accepts a certificate for another host name. For a bench only: whoever holds any trusted certificate can then read along.</summary>
    public bool InsecureSkipHostnameCheck { get; set; }

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        CaFile = check.FullPath(nameof(CaFile), CaFile);
        CertificateFile = check.FullPath(nameof(CertificateFile), CertificateFile);
        KeyFile = check.FullPath(nameof(KeyFile), KeyFile);
        if (CertificateFile is null != KeyFile is null)
            check.Error(CertificateFile is null ? nameof(KeyFile) : nameof(CertificateFile), "needs the other of certificateFile and keyFile");
    }
}
