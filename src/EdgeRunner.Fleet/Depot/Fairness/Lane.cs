using EdgeRunner.Fleet.Depot.Answers;

namespace EdgeRunner.Fleet.Depot.Fairness;

/// <summary>Answers that wait for their turn: those of one device, or those that one group shares. Guarded by <see cref="LaneRing"/>.</summary>
internal sealed class Lane
{
    internal Lane(string name) => Name = name;

    /// <summary>Device id, or topic filter of a group.</summary>
    internal string Name { get; }

    /// <summary>Messages in one turn: a group stands for its devices.</summary>
    internal int Weight { get; set; } = 1;

    /// <summary>In the ring, or out of it for its turn.</summary>
    internal bool IsActive { get; set; }

    /// <summary>First in, first out.</summary>
    internal Queue<Answer> Answers { get; } = new();

    /// <summary>Chunks that the answers here are yet to send.</summary>
    internal int Chunks { get; set; }
}
