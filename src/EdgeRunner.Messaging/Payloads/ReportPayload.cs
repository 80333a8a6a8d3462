namespace EdgeRunner.Messaging.Payloads;

/// <summary>Payload of <c>device/{id}/report</c>: what the device says about itself. Sent whole at each change.</summary>
/// <param name="Device">Device id.</param>
/// <param name="Boot">Boot id of the kernel the daemon runs on.</param>
/// <param name="Version">Version of the daemon.</param>
/// <param name="Clock">When it was made.</param>
/// <param name="Models">One entry for each model.</param>
/// <param name="Pipelines">One entry for each configured pipeline, disabled ones included.</param>
/// <param name="Health">Health of the device.</param>
/// <param name="Capabilities">What the device can run.</param>
public sealed record ReportPayload(string Device, string Boot, string Version, ClockReading Clock, IReadOnlyList<ModelReport> Models,
    IReadOnlyList<PipelineReport> Pipelines, HealthReport Health, CapabilitiesReport Capabilities)
{
    /// <summary>One entry for each model that updates know of; null from a device without updates.</summary>
    public IReadOnlyList<UpdateReport>? Updates { get; init; }

    /// <summary>Group whose desired state the device follows; null when it follows none.</summary>
    public string? Group { get; init; }

    /// <summary>Why its last check for releases failed; null when it did not, or none has ended yet. A device that has no model yet has no other place to say it.</summary>
    public CheckProblem? CheckProblem { get; init; }

    /// <summary>Version of this payload.</summary>
    public int V { get; init; } = 1;
}
