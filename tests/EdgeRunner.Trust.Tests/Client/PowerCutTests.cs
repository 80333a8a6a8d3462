using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>The power goes at every single file-system operation of a refresh. Whatever the disk kept, the device starts and the next refresh
/// succeeds.</summary>
public sealed class PowerCutTests : IDisposable
{
    private readonly RepositorySimulator _repository = new();
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task At_every_operation_of_a_refresh_the_power_may_go()
    {
        _repository.Timestamp.Version = 1_000_000; // what only forgetting can undo
        _repository.PublishTimestamp();
        var before = NewDevice("before");
        await RefreshAsync(before, new CuttingDisk(int.MaxValue, 0));
        _repository.PublishRoot();
        _repository.Snapshot.RotateKeys(); // and not those of timestamp: the old one still verifies
        _repository.Timestamp.Version = 1;
        _repository.PublishTargets();
        _repository.PublishSnapshot();
        _repository.PublishTimestamp();
        _repository.PublishRoot();

        var cuts = 0;
        for (var kind = 0; kind < CuttingDisk.Kinds; kind++)
        {
            for (var operation = 0; ; operation++)
            {
                var device = NewDevice($"{kind}-{operation}");
                foreach (var file in Directory.GetFiles(before))
                {
                    File.Copy(file, Path.Combine(device, Path.GetFileName(file)), overwrite: true);
                }
                var disk = new CuttingDisk(operation, kind);
                try
                {
                    await RefreshAsync(device, disk);
                    break; // it needs fewer operations than that
                }
                catch (PowerCutException)
                {
                    cuts++;
                }
                disk.AfterTheCut();

                var result = await RefreshAsync(device, new CuttingDisk(int.MaxValue, 0));

                Assert.Equal((3, 2, 2), (result.Root.Header.Version, result.Timestamp.Header.Version, result.Targets.Header.Version));
                Assert.DoesNotContain(result.Notes, n => !n.Contains("snapshot", StringComparison.Ordinal)); // by the old snapshot key, at most
                Assert.Equal([".clock", "root.json", "snapshot.json", "targets.json", "timestamp.json"],
                    Directory.GetFiles(device).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            }
        }
        Assert.InRange(cuts, 60, 200); // about 25 operations, in three ways
    }

    private string NewDevice(string name)
    {
        var directory = _directory.File(name);
        new MetadataStore(directory).Provision(_repository.InitialRoot);
        return directory;
    }

    private Task<RefreshResult> RefreshAsync(string directory, IStoreDisk disk) =>
        new TufClient(new MetadataStore(directory, disk), _repository,
            new TrustClock(new ManualTimeProvider(RepositorySimulator.Start), DateTimeOffset.MinValue, () => true)).RefreshAsync(CancellationToken.None);

    private sealed class PowerCutException : Exception;

    /// <summary>Works until operation number n and then not at all. Three kinds of disk: one that did nothing of that operation, one that did all of it, and one
    /// that did it and has lost the names that were not flushed, or half of the content that was being written.</summary>
    private sealed class CuttingDisk(int cutAt, int kind) : IStoreDisk
    {
        internal const int Kinds = 3;

        private readonly StoreDisk _real = new();
        private readonly Stack<Action> _undo = new();
        private int _operations;

        public byte[]? Read(string path, int maxBytes) => _real.Read(path, maxBytes);

        public string[] List(string path) => _real.List(path);

        public void Write(string path, ReadOnlySpan<byte> content)
        {
            if (kind == 2 && _operations == cutAt)
            {
                File.WriteAllBytes(path, content[..(content.Length / 2)]);
            }
            var copy = content.ToArray();
            Do(() => File.WriteAllBytes(path, copy)); // no real flush: thousands of them would take minutes on a slow disk
        }

        public void Rename(string from, string to) => Do(() =>
        {
            var old = _real.Read(to, int.MaxValue);
            var moved = _real.Read(from, int.MaxValue)!;
            _real.Rename(from, to);
            _undo.Push(() =>
            {
                File.WriteAllBytes(from, moved);
                if (old is null)
                {
                    _real.Delete(to);
                }
                else
                {
                    File.WriteAllBytes(to, old);
                }
            });
        });

        public void Delete(string path) => Do(() =>
        {
            var old = _real.Read(path, int.MaxValue);
            _real.Delete(path);
            if (old is not null)
            {
                _undo.Push(() => File.WriteAllBytes(path, old));
            }
        });

        public void FlushDirectory(string path) => Do(_undo.Clear);

        internal void AfterTheCut()
        {
            while (kind == 2 && _undo.TryPop(out var undo))
            {
                undo();
            }
        }

        private void Do(Action operation)
        {
            if (_operations > cutAt)
            {
                throw new PowerCutException();
            }
            if (_operations++ == cutAt)
            {
                if (kind == 1)
                {
                    operation();
                }
                throw new PowerCutException();
            }
            operation();
        }
    }
}
