namespace EdgeRunner.Fleet.Depot;

/// <summary>One thing that has to be well.</summary>
/// <param name="Name">Short, lowercase.</param>
/// <param name="Healthy">Whether it is.</param>
/// <param name="Text">In words.</param>
internal sealed record DepotCheck(string Name, bool Healthy, string Text);
