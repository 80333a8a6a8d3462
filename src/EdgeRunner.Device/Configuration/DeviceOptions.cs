namespace EdgeRunner.Device.Configuration;

/// <summary>Who this device is.</summary>
internal sealed record DeviceOptions : ICheckedSection
{
    /// <summary>Device id: MQTT user name and common name of the client certificate. Null (default) takes the host name.</summary>
    public string? Id { get; set; }

    /// <summary>The fleet: second level of every topic.</summary>
    public string Fleet { get; set; } = "default";

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.NameOf(nameof(Id), Id);
        check.NameOf(nameof(Fleet), Fleet);
    }
}
