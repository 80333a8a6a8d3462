using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>What the service of updates works with.</summary>
/// <param name="Store">The states.</param>
/// <param name="History">What became of updates.</param>
/// <param name="Denied">What is not tried again.</param>
/// <param name="Pins">What a person has fixed.</param>
/// <param name="Bundles">The installed bundles.</param>
/// <param name="Machine">Runs one update.</param>
/// <param name="Check">Looks at a release before it is fetched.</param>
/// <param name="Models">Changes what serves.</param>
/// <param name="Roads">Opens the way to a repository.</param>
/// <param name="Schedule">When to check.</param>
/// <param name="Board">Shows everything.</param>
/// <param name="Damaged">Looks after bundles that are not what was installed.</param>
internal sealed record UpdateParts(UpdateStore Store, UpdateHistory History, DenyList Denied, Pins Pins, BundleStore Bundles, UpdateMachine Machine, ReleaseCheck Check,
    IModelSwitch Models, IUpdateRoadsFactory Roads, UpdateSchedule Schedule, UpdateBoard Board, DamagedBundles Damaged);
