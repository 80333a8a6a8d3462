using System.Collections;
using System.Globalization;
using EdgeRunner.Fleet.Depot.Answers;
using EdgeRunner.Fleet.Depot.Fairness;
using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Fleet.Depot.Grouping;

/// <summary>The devices that fetch one release at the same time. One thread at a time.</summary>
/// <remarks>
/// The first request waits the collection time for those of other devices, and as long again for each that joins, twice the time at most: a fleet on slow boards does not
/// come all at once. While two or more have asked lately, each wanted chunk is sent once, on a topic that they
/// all listen to; a chunk that was sent a moment ago is not sent again to a device that listened already. A device listens from before its first request, so what was
/// sent after that request has passed by it. What it lost all the same it asks for as a repair, which is sent to it alone.
/// </remarks>
internal sealed class ChunkGroup
{
    /// <summary>A device that has not asked for so long is done or gone. Longer than a slow device takes for one window.</summary>
    internal static readonly TimeSpan Lately = TimeSpan.FromSeconds(30);

    // In collection times. A device takes what has not come after 2 s for lost and asks for it as a repair, which would undo the grouping: with 0.5 s twice is well before.
    private const int LongestCollection = 2;

    private readonly DepotOptions _options;
    private readonly DepotCounters _counters;
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly List<ChunksAnswer> _waiting = [];
    private readonly Queue<int> _wanted = new();
    private readonly BitArray _isWanted;
    private long[]? _sentAt;
    private readonly string _topicPrefix;
    private long _collectingSince;
    private long _joinedAt;
    private long _toldBytes = -1; // before the first line everything is news

    internal ChunkGroup(ChunkedFile file, DepotOptions options, DepotCounters counters, TimeProvider timeProvider)
    {
        (File, _options, _counters, _timeProvider) = (file, options, counters, timeProvider);
        _isWanted = new BitArray(file.Index.Count);
        Topic = EdgeTopics.AllBlobs(options.Fleet, file.BlobId);
        _topicPrefix = Topic[..^1];
        Lane = new Lane(Topic);
    }

    /// <summary>What they fetch.</summary>
    internal ChunkedFile File { get; }

    /// <summary>Filter of the topics that chunks are sent to all on.</summary>
    internal string Topic { get; }

    /// <summary>Devices that asked lately.</summary>
    internal IReadOnlyDictionary<string, GroupMember> Members => _members;

    /// <summary>Requests wait for others.</summary>
    internal bool IsCollecting => _waiting.Count > 0;

    /// <summary>Time until the collection ends; zero when it is over. Only while it collects.</summary>
    internal TimeSpan UntilCollected
    {
        get
        {
            var quiet = _options.CollectTime - _timeProvider.GetElapsedTime(_joinedAt);
            var whole = (_options.CollectTime * LongestCollection) - _timeProvider.GetElapsedTime(_collectingSince);
            var left = quiet < whole ? quiet : whole;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>There are chunks to be sent to all.</summary>
    internal bool WantsMore => _wanted.Count > 0;

    /// <summary>Where the chunks for all wait for their turn.</summary>
    internal Lane Lane { get; }

    /// <summary>Devices that joined, since the group is there.</summary>
    internal int Joined { get; private set; }

    /// <summary>Bytes sent to all, since the group is there.</summary>
    internal long SharedBytes { get; private set; }

    /// <summary>Bytes sent to single devices, since the group is there.</summary>
    internal long OwnBytes { get; set; }

    /// <summary>Whether anything was sent since this was asked last.</summary>
    internal bool TakeNews()
    {
        var sent = SharedBytes + OwnBytes;
        (var before, _toldBytes) = (_toldBytes, sent);
        return sent != before;
    }

    /// <summary>The topic of a chunk.</summary>
    internal string TopicOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_topicPrefix}{number}");

    /// <summary>Takes a request.</summary>
    /// <returns>True when it is to be answered to the device alone; false when the group looks after it.</returns>
    internal bool Join(ChunksAnswer request)
    {
        var now = _timeProvider.GetTimestamp();
        Forget(now);
        var isFirst = !_members.TryGetValue(request.Device, out var member);
        if (member is null)
        {
            _members.Add(request.Device, member = new GroupMember { JoinedAt = request.ReceivedAt });
            Joined++;
        }
        (member.AskedAt, member.Topic) = (now, request.Topic);
        if (request.IsRepair)
        {
            request.SendAlone(this);
            return true;
        }
        if (IsCollecting || (isFirst && _members.Count == 1 && _options.CollectTime > TimeSpan.Zero))
        {
            if (!IsCollecting) _collectingSince = request.ReceivedAt;
            if (isFirst) _joinedAt = request.ReceivedAt;
            _waiting.Add(request);
            return false;
        }
        if (_members.Count == 1)
        {
            request.SendAlone(this);
            return true;
        }
        Share(request, member, now);
        return false;
    }

    /// <summary>Ends the collection.</summary>
    /// <returns>Requests that are to be answered to their devices alone.</returns>
    internal IReadOnlyList<ChunksAnswer> EndCollection()
    {
        var now = _timeProvider.GetTimestamp();
        ChunksAnswer[] collected = [.. _waiting];
        _waiting.Clear();
        if (_members.Count >= 2)
        {
            foreach (var request in collected)
            {
                if (_members.TryGetValue(request.Device, out var member)) Share(request, member, now);
            }
            return [];
        }
        foreach (var request in collected) request.SendAlone(this);
        return collected;
    }

    /// <summary>Takes the next chunk that is to be sent to all.</summary>
    internal bool TryTakeWanted(out int number)
    {
        if (!_wanted.TryDequeue(out number)) return false;
        _isWanted[number] = false;
        return true;
    }

    /// <summary>A chunk was sent to all.</summary>
    internal void MarkSent(int number)
    {
        _sentAt ??= new long[File.Index.Count];
        _sentAt[number] = _timeProvider.GetTimestamp();
        SharedBytes += File.Index[number].Length;
    }

    /// <summary>Gives up what is to be sent to all.</summary>
    internal void DropWanted()
    {
        _wanted.Clear();
        _isWanted.SetAll(false);
    }

    /// <summary>Forgets devices that have not asked lately.</summary>
    /// <returns>True when none is left.</returns>
    internal bool Forget(long now)
    {
        foreach (var (device, member) in _members)
        {
            if (_timeProvider.GetElapsedTime(member.AskedAt, now) >= Lately) _members.Remove(device);
        }
        return _members.Count == 0;
    }

    private void Share(ChunksAnswer request, GroupMember member, long now)
    {
        for (var number = request.Wanted.Next(0); number >= 0; number = request.Wanted.Next(number + 1))
        {
            if (_isWanted[number] || HasPassed(number, member, now))
            {
                _counters.Saved(File.Index[number].Length);
                continue;
            }
            _isWanted[number] = true;
            _wanted.Enqueue(number);
        }
    }

    private bool HasPassed(int number, GroupMember member, long now) =>
        _sentAt is not null && _sentAt[number] is var sentAt and not 0 && sentAt > member.JoinedAt && _timeProvider.GetElapsedTime(sentAt, now) < _options.RepeatAfter;
}
