namespace EdgeRunner.Device.Health;

/// <summary>State of one component since <paramref name="Since"/>.</summary>
/// <param name="Component">What, for example <c>pipeline speech</c> or <c>broker</c>.</param>
/// <param name="State">How it is.</param>
/// <param name="Reason">Why, in plain words; empty when there is nothing to say.</param>
/// <param name="Since">When it became so, by the wall clock of that moment.</param>
internal sealed record ComponentEntry(string Component, ComponentState State, string Reason, DateTimeOffset Since);
