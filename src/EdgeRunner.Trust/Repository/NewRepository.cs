namespace EdgeRunner.Trust.Repository;

/// <summary>A repository to be.</summary>
/// <param name="Root">Offline keys of root.</param>
/// <param name="Targets">Offline keys of targets.</param>
/// <param name="Snapshot">Online keys of snapshot.</param>
/// <param name="Timestamp">Online keys of timestamp.</param>
/// <param name="Delegations">In the order in which they are asked.</param>
/// <param name="Settings">Lifetimes and the place of the online keys.</param>
public sealed record NewRepository(NewRole Root, NewRole Targets, NewRole Snapshot, NewRole Timestamp, IReadOnlyList<NewDelegation> Delegations,
    RepositorySettings Settings);
