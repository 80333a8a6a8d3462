using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Messaging.Transfer;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class FileFetchTests
{
    private const int MaxBytes = 1000;
    private const int MaxAnswers = 3;

    [Fact]
    public void A_depot_that_begins_every_answer_and_is_busy_then_takes_no_more_memory_with_each_round()
    {
        var fetch = new FileFetch("metadata/1.targets.json", MaxBytes, MaxAnswers);
        for (var id = 1; id <= 500; id++)
        {
            fetch.Begin(id);
            BeginAnswer(fetch, id);
            Assert.InRange(fetch.HeldBytes, MaxBytes - 1, MaxBytes);
            Say(fetch, id, TransferStatus.Busy);
            Assert.True(fetch.TakeBusy() > TimeSpan.Zero);
        }

        Assert.Equal(0, fetch.HeldBytes);
    }

    [Fact]
    public void Whatever_a_depot_says_to_which_question_the_memory_is_bounded() =>
        Prop.ForAll(Gen.Choose(0, 8).ArrayOf(200).ToArbitrary(), choices =>
        {
            var fetch = new FileFetch("metadata/1.targets.json", MaxBytes, MaxAnswers);
            var id = 0;
            foreach (var choice in choices)
            {
                // 0 to 3: a new question, begun to be answered; 4 and more: busy, to this question or one before it.
                if (choice < 4) fetch.Begin(++id);
                else Say(fetch, id - (choice - 4), TransferStatus.Busy);
                for (var answered = id; answered > Math.Max(0, id - 5); answered--) BeginAnswer(fetch, answered);
                if (fetch.HeldBytes > MaxAnswers * MaxBytes) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    // All but the last part.
    private static void BeginAnswer(FileFetch fetch, int id) =>
        fetch.OnResponse(id, new TransferResponse(TransferStatus.Ok, 0, Part: 0, Parts: 2, Length: MaxBytes, default), new byte[MaxBytes - 1]);

    private static void Say(FileFetch fetch, int id, TransferStatus status) => fetch.OnResponse(id, new TransferResponse(status, 1, 0, 0, 0, default), []);
}
