namespace EdgeRunner.Device.Telemetry;

/// <summary>The names of <see cref="LossPolicy"/> on the wire and in the store.</summary>
internal static class LossPolicies
{
    internal const int Count = 6;

    internal static string Name(this LossPolicy policy) => policy switch
    {
        LossPolicy.QueueFull => "queue-full",
        LossPolicy.TooLarge => "too-large",
        LossPolicy.OverwriteOldest => "overwrite-oldest",
        LossPolicy.RejectNew => "reject-new",
        LossPolicy.StoreFull => "store-full",
        LossPolicy.Damaged => "damaged",
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "no such policy"),
    };
}
