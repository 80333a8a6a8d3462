using EdgeRunner.Device.Health;

namespace EdgeRunner.Device.Tests.Health;

public class ProgressBoardTests
{
    [Fact]
    public void Worker_is_stalled_when_one_piece_of_work_takes_too_long_and_never_while_it_waits()
    {
        var clock = new ManualTimeProvider();
        var board = new ProgressBoard(clock);
        var (first, second) = (board.Register("first"), board.Register("second"));
        first.Busy();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(board.FindStalled(TimeSpan.FromSeconds(10)));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("first", board.FindStalled(TimeSpan.FromSeconds(10)));
        first.Busy();
        Assert.Null(board.FindStalled(TimeSpan.FromSeconds(10)));

        first.Idle();
        second.Busy();
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("second", board.FindStalled(TimeSpan.FromSeconds(10)));
        board.Remove(second);
        Assert.Null(board.FindStalled(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, Allocations.Of(() =>
        {
            first.Busy();
            first.Idle();
        }, calls: 100));
    }
}
