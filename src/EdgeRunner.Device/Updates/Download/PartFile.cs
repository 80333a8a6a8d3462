using EdgeRunner.Device.ModelStore;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Metadata;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>The file that a download fills, at its full length from the beginning. Writing is thread-safe; the rest is for one thread.</summary>
internal sealed class PartFile : IDisposable
{
    /// <summary>So much may be lost in a power cut, and has to be fetched again. A flush costs an SD card about as long as writing this much.</summary>
    private const long FlushBytes = 4 << 20;

    /// <summary>Past this, who writes waits for the flush under way: memory full of unwritten pages is taken from the models.</summary>
    private const long MaxUnflushedBytes = 4 * FlushBytes;

    private readonly SafeFileHandle _file;
    private readonly object _gate = new(); // not a Lock: threads wait on it
    private long _unflushed;
    private bool _isFlushing;
    private IOException? _failure;

    private PartFile(string path, SafeFileHandle file, bool isNew) => (FilePath, _file, IsNew) = (path, file, isNew);

    /// <summary>Where it is.</summary>
    internal string FilePath { get; }

    /// <summary>It was not there before: nothing of the release is in it.</summary>
    internal bool IsNew { get; }

    /// <summary>Opens or makes it.</summary>
    /// <exception cref="IOException">It cannot be made, or somebody else has it open.</exception>
    internal static PartFile Open(string path) => Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Opens it to look at; null when it is not there.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    internal static PartFile? OpenToRead(string path)
    {
        try
        {
            return Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static PartFile Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var file = File.OpenHandle(path, mode, access, share);
        try
        {
            return new PartFile(path, file, RandomAccess.GetLength(file) == 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Disk that it takes already.</summary>
    internal long Allocated => FileSpace.Allocated(_file);

    /// <summary>Gives it its length, and the disk it will need.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    internal void Reserve(long length)
    {
        if (length > 0) FileSpace.Reserve(_file, length);
        if (RandomAccess.GetLength(_file) != length) RandomAccess.SetLength(_file, length);
    }

    /// <summary>Reads a piece; shorter when the file ends before, or the disk has lost the rest of it.</summary>
    internal ReadOnlySpan<byte> Read(Chunk chunk, byte[] buffer)
    {
        var done = 0;
        while (done < chunk.Length)
        {
            int read;
            try
            {
                read = RandomAccess.Read(_file, buffer.AsSpan(done, chunk.Length - done), chunk.Offset + done);
            }
            catch (IOException e) when (DiskDamage.IsIn(e))
            {
                break; // It is no chunk then, and fetched again.
            }

            if (read == 0) break;
            done += read;
        }

        return buffer.AsSpan(0, done);
    }

    /// <summary>A flush failed: the kernel may hold pages for good that never came to the disk, so that nothing in this file can be believed.</summary>
    internal bool IsDiscredited
    {
        get
        {
            lock (_gate) return _failure is not null;
        }
    }

    /// <summary>Writes a piece, and sees to it that what is written comes to the disk.</summary>
    /// <exception cref="IOException">It cannot be written, or what was written before did not come to the disk.</exception>
    internal void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, offset);
        lock (_gate)
        {
            ThrowIfDiscredited();
            _unflushed += bytes.Length;
            if (_unflushed < FlushBytes) return;
            while (_isFlushing && _unflushed >= MaxUnflushedBytes) Monitor.Wait(_gate);
            if (_isFlushing) return;
            (_isFlushing, _unflushed) = (true, 0);
        }

        // Not on this thread: it may be the one that receives.
        ThreadPool.UnsafeQueueUserWorkItem(static part => part.FlushInBackground(), this, preferLocal: false);
    }

    /// <summary>Brings everything to the disk.</summary>
    /// <exception cref="IOException">The disk reported an error, now or before.</exception>
    internal void Flush()
    {
        lock (_gate)
        {
            while (_isFlushing) Monitor.Wait(_gate);
        }

        FlushNow();
        lock (_gate) ThrowIfDiscredited();
    }

    public void Dispose() => _file.Dispose(); // the handle itself stays until a flush under way is over

    /// <summary>Reads the whole file, as it is on the disk now.</summary>
    /// <param name="ledger">Chunks that are not what they should be are lost.</param>
    /// <param name="digests">What the file must have.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the digests match; else what was expected and found.</returns>
    internal (string Expected, string Found)? Verify(ChunkLedger ledger, FileDigests digests, CancellationToken cancellationToken)
    {
        using var whole = new DigestCheck(digests);
        var buffer = new byte[ChunkIndex.MaxChunkBytes];
        for (var number = 0; number < ledger.Index.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = Read(ledger.Index[number], buffer);
            whole.Append(bytes);
            if (!ledger.Index.IsChunk(number, bytes)) ledger.Lose(number);
        }

        return whole.Mismatch();
    }

    private void FlushInBackground()
    {
        FlushNow();
        lock (_gate)
        {
            _isFlushing = false;
            Monitor.PulseAll(_gate);
        }
    }

    private void FlushNow()
    {
        try
        {
            FileSpace.FlushContent(_file);
        }
        catch (IOException e)
        {
            lock (_gate) _failure ??= e;
        }
        catch (ObjectDisposedException)
        {
            // The download was given up; what is on the disk of it is found out by its next try.
        }
    }

    private void ThrowIfDiscredited()
    {
        if (_failure is { } failure) throw new IOException($"{FilePath}: {failure.Message}", failure.HResult);
    }
}
