using EdgeRunner.Device.Decisions;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Decisions;

public class SegmentTrackerTests
{
    [Fact]
    public void Segments_are_the_runs_of_equal_labels_and_no_label_has_none()
    {
        Prop.ForAll(Gen.Choose(-1, 2).ListOf().ToArbitrary(), labels =>
        {
            var tracker = new SegmentTracker();
            var closed = new List<Segment>();
            for (var at = 0; at < labels.Count; at++)
            {
                Assert.Equal(labels[at] != (at == 0 ? Decision.None : labels[at - 1]), tracker.Advance(labels[at], at * 10, out var segment));
                if (segment is { } ended) closed.Add(ended);
                Assert.Equal(labels[at], tracker.Label);
            }

            tracker.Advance(Decision.None, labels.Count * 10, out var last);
            if (last is { } open) closed.Add(open);

            var expected = new List<Segment>();
            for (var start = 0; start < labels.Count;)
            {
                var end = start;
                while (end < labels.Count && labels[end] == labels[start]) end++;
                if (labels[start] >= 0) expected.Add(new Segment(labels[start], start * 10, end * 10, start, end - 1));
                start = end;
            }

            Assert.Equal(expected, closed);
        }).QuickCheckThrowOnFailure();
    }
}
