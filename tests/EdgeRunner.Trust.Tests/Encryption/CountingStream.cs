namespace EdgeRunner.Trust.Tests.Encryption;

/// <summary>Passes on what is written and remembers how much, and the most at once.</summary>
internal sealed class CountingStream(Stream target) : Stream
{
    internal long Total { get; private set; }

    internal int Largest { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Total += count;
        Largest = Math.Max(Largest, count);
        target.Write(buffer, offset, count);
    }

    public override void Flush() => target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
