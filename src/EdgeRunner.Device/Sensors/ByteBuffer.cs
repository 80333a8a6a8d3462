namespace EdgeRunner.Device.Sensors;

/// <summary>Bytes between a file descriptor and a decoder: filled at the tail, consumed at the head. One owner, not thread-safe.</summary>
internal sealed class ByteBuffer(int capacity)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    private int _head;
    private int _tail;

    /// <summary>Bytes not yet consumed.</summary>
    public ReadOnlySpan<byte> Filled => _bytes.AsSpan(_head, _tail - _head);

    /// <summary>True when nothing can be added before something is consumed.</summary>
    public bool IsFull => _tail - _head == _bytes.Length;

    /// <summary>Room for more, after moving what is left to the front when the room at the end is short.</summary>
    public Span<byte> Free()
    {
        if (_head == _tail)
        {
            _head = _tail = 0;
        }
        else if (_head > 0 && _bytes.Length - _tail < _bytes.Length / 4)
        {
            Filled.CopyTo(_bytes);
            (_head, _tail) = (0, _tail - _head);
        }

        return _bytes.AsSpan(_tail);
    }

    /// <summary><paramref name="count"/> bytes were written into <see cref="Free"/>.</summary>
    public void Fill(int count) => _tail += count;

    /// <summary>The first <paramref name="count"/> bytes are done with.</summary>
    public void Consume(int count) => _head += count;

    /// <summary>Empties the buffer.</summary>
    public void Clear() => _head = _tail = 0;
}
