namespace EdgeRunner.Device.Pipelines;

/// <summary>The stream that every pipeline shares for what a person wants to know at once: decisions that change.</summary>
internal static class EventStream
{
    /// <summary>Its name; it is published on <c>device/{id}/event</c>.</summary>
    public const string Name = "event";
}
