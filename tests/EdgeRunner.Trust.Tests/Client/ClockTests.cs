using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

public sealed class ClockTests : IDisposable
{
    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public ClockTests() => _device = new SimulatedDevice(_repository);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task A_clock_that_nobody_has_set_accepts_newer_roots_and_nothing_that_has_to_be_fresh()
    {
        _repository.PublishAll();
        _device.IsSynchronised = false;

        var error = await _device.RefusesAsync(TrustFailure.ClockNotTrusted, RoleNames.Timestamp);

        Assert.Contains("nobody has set", error.Message, StringComparison.Ordinal);
        Assert.Equal((2, null), (_device.Stored(RoleNames.Root), _device.Stored(RoleNames.Timestamp)));
        Assert.DoesNotContain("timestamp.json", _repository.Requests);

        _device.IsSynchronised = true;
        await _device.RefreshAsync();
        Assert.Equal(2, _device.Stored(RoleNames.Timestamp));
    }

    [Fact]
    public async Task A_root_that_expired_before_the_build_date_is_expired_whatever_the_clock_says()
    {
        _device.IsSynchronised = false;
        _device.Time = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        _device.BuildDate = RepositorySimulator.Start.AddDays(31);

        await _device.RefusesAsync(TrustFailure.Expired, RoleNames.Root);
    }

    [Fact]
    public async Task A_clock_before_the_build_date_is_wrong_even_when_it_says_that_it_was_set()
    {
        _device.Time = new ManualTimeProvider(DateTimeOffset.UnixEpoch);

        Assert.Contains("1970-01-01", (await _device.RefusesAsync(TrustFailure.ClockNotTrusted, RoleNames.Timestamp)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_was_put_back_cannot_make_old_metadata_fresh_again()
    {
        _repository.Timestamp.Expires = RepositorySimulator.Start.AddDays(2);
        _repository.PublishTimestamp();
        var frozen = _repository.Files["timestamp.json"];
        _device.Time.Advance(TimeSpan.FromDays(10));
        _repository.Timestamp.Expires = RepositorySimulator.Start.AddDays(12);
        _repository.PublishTimestamp();
        await _device.RefreshAsync();

        _device.Time = new ManualTimeProvider(RepositorySimulator.Start);
        await _device.RefusesAsync(TrustFailure.ClockNotTrusted, RoleNames.Timestamp);
        _repository.Files["timestamp.json"] = frozen;
        await _device.RefusesAsync(TrustFailure.ClockNotTrusted, RoleNames.Timestamp);
    }

    [Fact]
    public async Task A_clock_that_was_corrected_by_minutes_is_still_right_and_judged_by_the_bound()
    {
        _repository.Timestamp.Expires = RepositorySimulator.Start.AddMinutes(30);
        _repository.PublishTimestamp();
        _device.Time.Advance(TimeSpan.FromMinutes(29));
        await _device.RefreshAsync();

        _device.Time = new ManualTimeProvider(RepositorySimulator.Start);
        await _device.RefreshAsync();
        _repository.Timestamp.Expires = RepositorySimulator.Start.AddMinutes(29); // by the bound it is that late already
        _repository.PublishTimestamp();
        await _device.RefusesAsync(TrustFailure.Expired, RoleNames.Timestamp);
    }

    [Fact]
    public async Task A_clock_that_ran_wild_into_the_future_does_not_move_the_bound()
    {
        await _device.RefreshAsync();
        _device.Time.Advance(TimeSpan.FromDays(10_000));
        await _device.RefusesAsync(TrustFailure.Expired, RoleNames.Root);

        _device.Time = new ManualTimeProvider(RepositorySimulator.Start.AddHours(1));
        await _device.RefreshAsync();
    }

    [Fact]
    public async Task A_damaged_bound_is_as_good_as_none()
    {
        await _device.RefreshAsync();
        await File.WriteAllTextAsync(Path.Combine(_device.Store.DirectoryPath, ".clock"), "9999-99-99");

        await _device.RefreshAsync();

        Assert.Equal("2026-01-01T00:00:00Z", await File.ReadAllTextAsync(Path.Combine(_device.Store.DirectoryPath, ".clock")));
    }

    [Fact]
    public async Task The_time_is_fixed_once_for_a_refresh()
    {
        _repository.Intercept = (_, _, _) =>
        {
            _device.Time.Advance(TimeSpan.FromDays(9)); // 4 requests: beyond the expiry of everything
            return null;
        };

        await _device.RefreshAsync();
    }
}
