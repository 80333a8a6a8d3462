using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>What is on disk of updates and models.</summary>
/// <param name="Bundles">The installed bundles.</param>
/// <param name="States">Where the update of each model is.</param>
/// <param name="History">What became of updates.</param>
/// <param name="Denied">What is not tried again.</param>
/// <param name="Pins">What a person has fixed.</param>
internal sealed record UpdateStores(BundleStore Bundles, UpdateStore States, UpdateHistory History, DenyList Denied, Pins Pins)
{
    /// <summary>Those of a state directory. Nothing is read or made yet.</summary>
    /// <param name="stateDirectory">The device's state directory.</param>
    /// <param name="timeProvider">Dates what is written.</param>
    /// <param name="say">Told in plain words when a damaged file was set aside.</param>
    /// <param name="setsAside">False for who only looks: damaged files stay where they are, for the daemon to find.</param>
    public static UpdateStores In(string stateDirectory, TimeProvider timeProvider, Action<string> say, bool setsAside = true)
    {
        var states = new UpdateStore(stateDirectory, timeProvider, say, setsAside);
        return new UpdateStores(new BundleStore(stateDirectory), states, new UpdateHistory(states), new DenyList(states, say), new Pins(states, timeProvider, say));
    }

    /// <summary>What a daemon that does not run would say.</summary>
    public UpdateStatus Read(string group)
    {
        var board = new UpdateBoard(group);
        foreach (var model in States.Models())
        {
            board.Show(States.Read(model));
            if (Pins.Find(model) is { } pin) board.SetDesired(model, null, isPinned: true, $"pinned to {pin} by hand");
        }

        return board.Snapshot();
    }
}
