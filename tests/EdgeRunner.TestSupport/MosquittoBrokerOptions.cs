namespace EdgeRunner.TestSupport;

/// <summary>How a test's broker is configured.</summary>
public sealed record MosquittoBrokerOptions
{
    /// <summary>Sessions and retained messages survive a restart.</summary>
    public bool Persistence { get; init; }

    /// <summary>User name and password of those who may connect; null: everybody.</summary>
    public IReadOnlyDictionary<string, string>? Users { get; init; }

    /// <summary>Text of the ACL file; null: no rules.</summary>
    public string? Acl { get; init; }

    /// <summary>TLS with this server certificate; null: plain.</summary>
    public TestPki? Pki { get; init; }

    /// <summary>Clients need a certificate of the same CA; its CN is the user name.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>More lines for the configuration, e.g. <c>max_packet_size 1000</c>.</summary>
    public IReadOnlyList<string> ConfigurationLines { get; init; } = [];

    /// <summary>Makes the whole configuration from the port and the broker's directory; what the other options say is not used then.</summary>
    public Func<int, string, string>? WholeConfiguration { get; init; }
}
