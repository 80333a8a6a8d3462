namespace EdgeRunner.Device.Updates.Transports;

/// <summary>How one road is.</summary>
/// <param name="Name">For people: <c>mqtt</c>, the address, the directory.</param>
/// <param name="IsInUse">It brought the last thing that came.</param>
/// <param name="Reason">Why it is not used; null when nothing is known against it.</param>
/// <param name="RetryIn">When it gets its next chance before others; zero = at once.</param>
internal sealed record RoadStatus(string Name, bool IsInUse, string? Reason, TimeSpan RetryIn);
