using System.Text;
using EdgeRunner.Device.Serving;

namespace EdgeRunner.Device.Tests.Serving;

/// <summary>A daemon that hangs is told, and not waited for in silence.</summary>
public sealed class DaemonWatchTests
{
    private static readonly DaemonUnavailableException Hangs = new(DaemonUnavailableReason.NoAnswer, "it hangs");

    private readonly ManualTimeProvider _time = new();
    private readonly StringBuilder _lines = new();
    private readonly TaskCompletionSource<int> _answer = new();

    [Fact]
    public async Task A_daemon_that_answers_nothing_is_asked_for_nothing()
    {
        var asked = 0;
        var thrown = await Assert.ThrowsAsync<DaemonUnavailableException>(() => Watch(_ => throw Hangs).ForAsync(_ => Task.FromResult(asked++), default));

        Assert.Equal((Hangs, 0), (thrown, asked));
    }

    [Fact]
    public async Task A_daemon_that_hangs_while_it_works_is_told_and_given_up()
    {
        var looks = 0;
        var wait = Watch(_ => looks++ == 0 ? Task.CompletedTask : throw Hangs).ForAsync(stop => _answer.Task.WaitAsync(stop), default);

        await AdvanceUntilDoneAsync(wait);

        var thrown = await Assert.ThrowsAsync<DaemonUnavailableException>(() => wait);
        Assert.Equal((DaemonUnavailableReason.NoAnswer, 4), (thrown.Reason, looks));
        Assert.StartsWith("it hangs. What was asked for has begun", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(string.Concat(Enumerable.Repeat("edgerunner: it hangs; waiting goes on" + Environment.NewLine, 2)), _lines.ToString());
    }

    [Fact]
    public async Task A_daemon_that_is_late_once_in_a_while_is_waited_for()
    {
        var looks = 0;
        var wait = Watch(_ =>
        {
            if (++looks == 9) _answer.SetResult(7);
            return looks % 3 == 1 ? Task.CompletedTask : throw Hangs;
        }).ForAsync(stop => _answer.Task.WaitAsync(stop), default);

        await AdvanceUntilDoneAsync(wait);

        Assert.Equal(7, await wait);
    }

    private DaemonWatch Watch(Func<CancellationToken, Task> look) => new(look, new StringWriter(_lines), _time);

    private async Task AdvanceUntilDoneAsync(Task wait)
    {
        for (var i = 0; !wait.IsCompleted && i < 5_000; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        Assert.True(wait.IsCompleted, "it still waits");
    }
}
