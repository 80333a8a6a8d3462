using EdgeRunner.Device.Tests.Updates.States;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>Tests that begin with a device whose group wants version 1, and whose service is not started yet.</summary>
public abstract class UpdateServiceTestBase(Releases releases) : IClassFixture<Releases>, IAsyncLifetime
{
    private protected Releases Releases { get; } = releases;

    private protected ServiceRig Rig { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Rig = await ServiceRig.CreateAsync();
        await Rig.AddAsync(Releases, 1);
        await Rig.WantAsync(1);
    }

    public Task DisposeAsync() => Rig.DisposeAsync().AsTask();
}
