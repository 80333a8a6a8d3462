using System.Security.Cryptography;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Updates.Download;

/// <content>Files, and failures in words.</content>
internal sealed partial class ReleaseDownloader
{
    /// <summary>Counts a piece that would not have to be fetched.</summary>
    private static bool Mark(ChunkLedger ledger, ReadOnlySpan<byte> piece, byte[] digest)
    {
        SHA256.HashData(piece, digest);
        for (var number = ledger.FirstWith(digest); number >= 0; number = ledger.NextAlike(number))
        {
            if (ledger.Index[number].Length == piece.Length && ledger.Index.Digest(number).SequenceEqual(digest) && ledger.TryClaim(number)) ledger.Complete(number);
        }

        return ledger.Missing > 0;
    }

    private void MakeRoom(string directory, Release release, PartFile part)
    {
        if (DiskRoom.FindProblem(directory, release, part.Allocated, reclaimable: 0, _options) is not { } problem) return;
        if (DiskRoom.FindProblem(directory, release, part.Allocated, Reclaimable(release), _options) is not null) throw new UpdateFailedException(UpdateReasons.NoSpace, problem, isFinal: false);
        // Other downloads would save some fetching, and this one cannot be without the room.
        _parts.Delete(release.Model, release.Chunks.Index.Sha256);
    }

    /// <summary>Disk that other downloads of the model take.</summary>
    private long Reclaimable(Release release) => _parts.List(release.Model).Where(sha256 => !string.Equals(sha256, release.Chunks.Index.Sha256, StringComparison.Ordinal))
        .Sum(sha256 =>
        {
            using var other = PartFile.OpenToRead(_parts.PartFile(release.Model, sha256));
            return other?.Allocated ?? 0;
        });

    private static void RequireLength(Release release)
    {
        if (release.Chunks.Index.Length != release.Target.File.Length)
            throw new UpdateFailedException(UpdateReasons.Untrusted, $"the index of {release.Title} speaks of {release.Chunks.Index.Length} bytes, and {release.Target.Role} of {release.Target.File.Length}", isFinal: false);
    }

    private static void MakeDirectory(string directory)
    {
        if (Directory.Exists(directory)) return;
        Directory.CreateDirectory(directory);
        DirectorySync.Flush(Path.GetDirectoryName(directory)!);
    }

    /// <summary>The lowest directory on the way that is there: the disk that will be written to.</summary>
    private static string ExistingPart(string directory)
    {
        while (!Directory.Exists(directory)) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    private async Task<T> GuardAsync<T>(Release release, Func<Task<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (RepositoryUnavailableException e)
        {
            throw new UpdateFailedException(UpdateReasons.Unavailable, $"{release.Title} could not be fetched to its end; what came stays: {e.Message}", isFinal: false, e);
        }
        catch (IOException e) when (FileSpace.IsNoSpace(e))
        {
            throw new UpdateFailedException(UpdateReasons.NoSpace,
                $"the disk of {_parts.Root} became full while {release.Title} ({release.Chunks.Index.Length} bytes) was fetched: {DiskRoom.Free(ExistingPart(_parts.Root))} bytes are free; {e.Message}", isFinal: false, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpdateFailedException(UpdateReasons.Storage, $"files of {release.Title} below {_parts.Root} cannot be written or read: {e.Message}", isFinal: false, e);
        }
    }
}
