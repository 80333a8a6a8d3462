using System.Collections.Concurrent;
using System.Text;
using EdgeRunner.Device.Commands;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Tests.Commands;

public sealed class CheckWaitTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _lines = new();

    [Fact]
    public async Task A_check_without_an_answer_says_what_it_waits_for_and_ends()
    {
        var given = new TaskCompletionSource<UpdateAnswer>();
        var wait = Wait("mqtt").ForAsync(stop => given.Task.WaitAsync(stop), default);
        await AdvanceUntilDoneAsync(wait);

        var answer = await wait;
        Assert.Equal((false, UpdateReasons.Unavailable), (answer.Done, answer.Code));
        Assert.Equal("no answer over mqtt within 120 s; it goes on", answer.Words);
        var lines = _lines.ToArray();
        Assert.Matches("^edgerunner: waiting for the broker box:1883 since [0-9]+ s, at most 120 s; last error: nobody is there$", lines[0]);
        Assert.InRange(lines.Length, 2, 30);
    }

    [Fact]
    public async Task An_answer_in_time_is_given_and_other_roads_are_named()
    {
        var given = new TaskCompletionSource<UpdateAnswer>();
        var wait = Wait("https://box/repo").ForAsync(_ => given.Task, default);
        while (_lines.IsEmpty)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        given.SetResult(new UpdateAnswer(true, "all is well"));
        Assert.Equal("all is well", (await wait).Words);
        Assert.StartsWith("edgerunner: waiting for an answer over https://box/repo since ", _lines.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_comes_soon_needs_no_words_about_the_wait()
    {
        var given = new TaskCompletionSource<UpdateAnswer>();
        var wait = Wait("mqtt").ForAsync(
            _ =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1)); // asking takes its time
                return given.Task;
            },
            default);
        _time.Advance(TimeSpan.FromSeconds(1));
        given.SetResult(new UpdateAnswer(true, "all is well"));
        Assert.Equal("all is well", (await wait).Words);
        Assert.Empty(_lines);
    }

    [Fact]
    public async Task A_person_who_stops_waiting_ends_it()
    {
        using var stop = new CancellationTokenSource();
        var wait = Wait("mqtt").ForAsync(token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => new UpdateAnswer(true, ""), token, TaskContinuationOptions.None, TaskScheduler.Default), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    private CheckWait Wait(params string[] sources) => new(sources, "it goes on", _ => Task.FromResult<BrokerStatus?>(new BrokerStatus("box:1883", false, false, "nobody is there")), new Lines(_lines), _time);

    private async Task AdvanceUntilDoneAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1);
        }
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override Task WriteLineAsync(string? value)
        {
            lines.Enqueue(value!);
            return Task.CompletedTask;
        }
    }
}
