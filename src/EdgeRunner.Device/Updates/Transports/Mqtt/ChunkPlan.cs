using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>What is asked for next, and what of it is lost. In file order; lost chunks first. Holds numbers only, never bytes. Not thread-safe.</summary>
internal sealed class ChunkPlan
{
    /// <summary>Most chunks on the way, however small they are: a broker queues messages by number too, and ours drops what is past 200 (device-configs/mosquitto).</summary>
    internal const int MaxOnTheWay = 160;

    private readonly ChunkIndex _index;
    private readonly Func<int, bool> _isMissing;
    private readonly MqttTransportTimes _times;
    private readonly bool _alwaysRepair;
    private readonly RoundTripEstimate _roundTrip = new();
    private readonly SortedSet<int> _lost = [];
    private readonly List<ChunkRequest> _requests = [];
    private readonly Dictionary<int, ChunkRequest> _onTheWay = [];
    private int _cursor;
    private int _silences;
    private TimeSpan _lastArrival;
    private TimeSpan _halvedAt = TimeSpan.MinValue;

    /// <param name="index">All chunks.</param>
    /// <param name="isMissing">Whether a chunk is wanted still.</param>
    /// <param name="window">Bytes on the way.</param>
    /// <param name="times">How patient.</param>
    /// <param name="alwaysRepair">Ask as if everything were asked for again, so that nothing comes over <c>blob/</c>.</param>
    internal ChunkPlan(ChunkIndex index, Func<int, bool> isMissing, ChunkWindow window, MqttTransportTimes times, bool alwaysRepair = false)
        => (_index, _isMissing, Window, _times, _alwaysRepair) = (index, isMissing, window, times, alwaysRepair);

    /// <summary>Bytes that may be on the way.</summary>
    internal ChunkWindow Window { get; }

    /// <summary>Bytes on the way.</summary>
    internal int BytesOnTheWay { get; private set; }

    /// <summary>Chunks on the way.</summary>
    internal int CountOnTheWay => _onTheWay.Count;

    /// <summary>Requests of which something is on the way.</summary>
    internal int Requests => _requests.Count;

    /// <summary>The chunk was asked for and has not come.</summary>
    internal bool IsOnTheWay(int number) => _onTheWay.ContainsKey(number);

    /// <summary>There is room for a request that is worth its message: half of the window, or nothing is on the way. A depot counts requests: with smaller ones a fast link
    /// would have more than the 50 a second that it allows one device.</summary>
    internal bool HasRoom => BytesOnTheWay == 0 || (Window.Bytes - BytesOnTheWay >= Window.Bytes / 2 && _onTheWay.Count <= MaxOnTheWay / 2);

    /// <summary>Plans the next request and counts its chunks as on the way.</summary>
    /// <param name="now">Time since some beginning.</param>
    /// <param name="maxBytes">Most bytes of it, beside the window; one chunk is taken whatever this says when nothing is on the way.</param>
    /// <returns>Null when there is no room, or nothing is left to ask for.</returns>
    internal ChunkRequest? TryNext(TimeSpan now, int maxBytes = int.MaxValue)
    {
        if (!HasRoom) return null;
        _lost.RemoveWhere(number => !_isMissing(number));
        var budget = Math.Min(maxBytes, Window.Bytes - BytesOnTheWay);
        var repair = _lost.Count > 0;
        var numbers = new List<int>();
        var bytes = 0;
        foreach (var number in repair ? _lost : Wanted())
        {
            var length = _index[number].Length;
            var isFirst = numbers.Count == 0 && BytesOnTheWay == 0;
            if (!isFirst && (bytes + length > budget || _onTheWay.Count + numbers.Count >= MaxOnTheWay)) break;
            if (numbers.Count > 0 && number - numbers[0] >= TransferRequest.MaxChunks) break;
            numbers.Add(number);
            bytes += length;
        }

        if (numbers.Count == 0) return null;
        var request = new ChunkRequest(numbers, bytes, repair || _alwaysRepair, now);
        foreach (var number in numbers)
        {
            _lost.Remove(number);
            _onTheWay[number] = request;
        }

        if (!repair) _cursor = numbers[^1] + 1;
        BytesOnTheWay += bytes;
        _requests.Add(request);
        return request;
    }

    /// <summary>A chunk has been taken, asked for or not.</summary>
    internal void OnArrived(int number, TimeSpan now)
    {
        _silences = 0;
        _lastArrival = now;
        if (!_onTheWay.TryGetValue(number, out var request)) return;
        if (request.Left == request.Numbers.Count) _roundTrip.Add(now - request.SentAt);
        request.LastAt = now;
        // Messages of one depot come in the order of its answers: what lies before this one will hardly come any more.
        foreach (var earlier in _requests)
        {
            if (earlier == request) break;
            earlier.IsOvertaken = true;
        }

        request.IsOvertaken |= number == request.Numbers[^1];
        Window.OnArrived(_index[number].Length);
        TakeOff(number, request);
    }

    /// <summary>What came as this chunk was not it: it is asked for again.</summary>
    internal void OnWrong(int number)
    {
        if (!_onTheWay.TryGetValue(number, out var request)) return;
        TakeOff(number, request);
        _lost.Add(number);
    }

    /// <summary>Gives up what is late; it is asked for again, and the window is halved once for all that was sent before.</summary>
    /// <returns>How many chunks.</returns>
    internal int GiveUpLate(TimeSpan now)
    {
        var lost = 0;
        for (var i = 0; i < _requests.Count; i++)
        {
            var request = _requests[i];
            if (LateAt(request) > now) continue;
            lost += request.Left;
            if (request.SentAt >= _halvedAt)
            {
                _halvedAt = now;
                Window.OnLoss();
            }

            Drop(request, asLost: true);
            i--;
        }

        if (lost > 0) _silences++;
        return lost;
    }

    /// <summary>A request did not get through, or the connection is another one: its chunks are asked for anew.</summary>
    internal void Forget(ChunkRequest request)
    {
        if (_requests.Contains(request)) Drop(request, asLost: false);
    }

    /// <summary>The connection is another one: nothing is on the way any more.</summary>
    internal void ForgetAll()
    {
        while (_requests.Count > 0) Drop(_requests[0], asLost: false);
    }

    /// <summary>When <see cref="GiveUpLate"/> has something to do, if nothing comes before; null when nothing is on the way.</summary>
    internal TimeSpan? NextDeadline => _requests.Count == 0 ? null : _requests.Min(LateAt);

    private TimeSpan LateAt(ChunkRequest request)
    {
        var least = request.Repair && !_alwaysRepair ? _times.LeastRepairWait : _times.LeastChunkWait;
        // While nothing comes at all, longer each time: a depot that is slow must not be asked for the same again and again.
        var wait = Clamp(_roundTrip.Late, request.IsOvertaken ? least / 2 : least) * (1 << Math.Min(_silences, 4));
        wait = Clamp(wait, TimeSpan.Zero);
        var since = request.IsOvertaken || _lastArrival < request.LastAt ? request.LastAt : _lastArrival;
        return since + wait;
    }

    private TimeSpan Clamp(TimeSpan wait, TimeSpan least)
    {
        if (wait < least) wait = least;
        return wait < _times.LongestChunkWait ? wait : _times.LongestChunkWait;
    }

    private IEnumerable<int> Wanted()
    {
        for (var number = _cursor; number < _index.Count; number++)
        {
            if (_isMissing(number) && !_onTheWay.ContainsKey(number)) yield return number;
            else if (number == _cursor) _cursor++;
        }
    }

    private void Drop(ChunkRequest request, bool asLost)
    {
        foreach (var number in request.Numbers)
        {
            if (!_onTheWay.TryGetValue(number, out var holder) || holder != request) continue;
            TakeOff(number, request);
            if (asLost) _lost.Add(number);
            else _cursor = Math.Min(_cursor, number);
        }
    }

    private void TakeOff(int number, ChunkRequest request)
    {
        _onTheWay.Remove(number);
        BytesOnTheWay -= _index[number].Length;
        if (--request.Left == 0) _requests.Remove(request);
    }
}
