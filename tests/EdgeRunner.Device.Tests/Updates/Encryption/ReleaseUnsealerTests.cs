using System.Runtime.Versioning;
using System.Security.Cryptography;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Tests.Health;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Encryption;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Trust.Encryption;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates.Encryption;

/// <summary>Encrypted releases of a real, signed repository in a directory.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReleaseUnsealerTests : IAsyncLifetime, IDisposable
{
    private const string Group = "line-1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CollectedLog<ReleaseUnsealer> _log = new();
    private readonly byte[] _bundle = RandomNumberGenerator.GetBytes(1_300_000); // two segments
    private readonly DeviceKey _own = DeviceKey.Generate(DeviceKeyKind.Ec);
    private readonly DeviceKey _other = DeviceKey.Generate(DeviceKeyKind.Ec);
    private SignedRepository _repository = null!;
    private UpdateOptions _options = null!;

    public async Task InitializeAsync()
    {
        _repository = await SignedRepository.CreateAsync(_time);
        _options = new UpdateOptions { Group = Group, RootFile = _repository.RootFile, DeviceKeyFile = _directory.File("device-key.pem") };
        DeviceKeyWriter.Write(_options.DeviceKeyFile, _own, add: false);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
        _repository.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(SealMode.Single)]
    [InlineData(SealMode.Chunked)]
    public async Task An_encrypted_release_becomes_the_bundle_that_its_owner_alone_can_read(SealMode mode)
    {
        var release = await PublishAsync(mode: mode);

        Assert.Null(await Sut().FindProblemAsync(release, CancellationToken.None));
        await Sut().UnsealAsync(release, SealedFile(release), PlainFile, CancellationToken.None);

        Assert.Equal(_bundle, await File.ReadAllBytesAsync(PlainFile));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(PlainFile));
        AssertNothingIsLeftBeside();
        Assert.DoesNotContain(_log.Lines, l => l.Contains("mode", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_that_was_not_meant_is_told_what_to_do_and_what_it_has_is_no_verdict_on_the_release()
    {
        var release = await PublishAsync(recipients: [_other.PublicKey]);

        var problem = await Sut().FindProblemAsync(release, CancellationToken.None);
        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().UnsealAsync(release, SealedFile(release), PlainFile, CancellationToken.None));

        Assert.Equal((UpdateReasons.NoKey, false, problem), (error.Code, error.IsFinal, error.Message));
        Assert.Contains(_own.PublicKey.Thumbprint, problem!, StringComparison.Ordinal);
        Assert.Contains("edgefleet model rekey vision 1.0.0", problem!, StringComparison.Ordinal);
        Assert.False(File.Exists(PlainFile));
    }

    [Fact]
    public async Task A_key_that_is_added_to_the_file_counts_at_once_beside_the_old_one()
    {
        var forNew = await PublishAsync(version: "1.1.0", release: 2, recipients: [_other.PublicKey]);
        var forOld = await PublishAsync();
        var sut = Sut();
        Assert.NotNull(await sut.FindProblemAsync(forNew, CancellationToken.None));

        DeviceKeyWriter.Write(_options.DeviceKeyFile!, _other, add: true);

        Assert.Null(await sut.FindProblemAsync(forNew, CancellationToken.None));
        Assert.Null(await sut.FindProblemAsync(forOld, CancellationToken.None));
    }

    [Fact]
    public async Task A_device_without_a_usable_key_file_says_what_is_missing()
    {
        var release = await PublishAsync();
        var file = _options.DeviceKeyFile!;
        async Task<string> ProblemAsync()
        {
            var error = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().UnsealAsync(release, SealedFile(release), PlainFile, CancellationToken.None));
            Assert.Equal((UpdateReasons.NoKey, false), (error.Code, error.IsFinal));
            return error.Message;
        }

        File.Delete(file);
        Assert.Contains("there is no device key", await ProblemAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "nothing");
        Assert.Contains($"{file}: the file has no PEM block PRIVATE KEY", await ProblemAsync(), StringComparison.Ordinal);
        Directory.CreateDirectory(file + ".d");
        _options.DeviceKeyFile = file + ".d";
        Assert.Contains("cannot be read", await ProblemAsync(), StringComparison.Ordinal);
        _options.DeviceKeyFile = null;
        Assert.Contains("updates.deviceKeyFile is not set", await ProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_that_others_may_read_is_used_and_warned_of_once()
    {
        var release = await PublishAsync();
        File.SetUnixFileMode(_options.DeviceKeyFile!, OwnerOnly | UnixFileMode.GroupRead);
        var sut = Sut();

        Assert.Null(await sut.FindProblemAsync(release, CancellationToken.None));
        Assert.Null(await sut.FindProblemAsync(release, CancellationToken.None));

        Assert.Contains("chmod 600", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_envelope_is_kept_so_that_a_release_opens_without_the_repository()
    {
        var release = await PublishAsync();
        Assert.Null(await Sut().FindProblemAsync(release, CancellationToken.None));
        var sealedFile = _directory.File("downloaded");
        File.Copy(SealedFile(release), sealedFile);

        var away = new ReleaseUnsealer(new DirectoryTransport(_directory.File("pulled-out")), _options, _directory.Path, _log);
        await away.UnsealAsync(release, sealedFile, PlainFile, CancellationToken.None);

        Assert.Equal(_bundle, await File.ReadAllBytesAsync(PlainFile));
        await File.WriteAllTextAsync(Directory.EnumerateFiles(_directory.File("updates/keys")).Single(), "damaged");
        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => away.FindProblemAsync(release, CancellationToken.None));
        Assert.Equal((UpdateReasons.Unavailable, false), (error.Code, error.IsFinal));
        Assert.Null(await Sut().FindProblemAsync(release, CancellationToken.None));
    }

    [Fact]
    public async Task An_envelope_that_is_not_what_was_signed_is_refused_and_not_kept()
    {
        var release = await PublishAsync();
        var file = _repository.TargetFile("models/vision/1.0.0.keys");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var changed = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().FindProblemAsync(release, CancellationToken.None));
        await File.AppendAllTextAsync(file, "more");
        var longer = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().FindProblemAsync(release, CancellationToken.None));
        File.Delete(file);
        var missing = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().FindProblemAsync(release, CancellationToken.None));

        Assert.All([changed, longer, missing], e => Assert.Equal((UpdateReasons.Untrusted, false), (e.Code, e.IsFinal)));
        Assert.False(Directory.Exists(_directory.File("updates/keys")));
    }

    [Fact]
    public async Task Signed_keys_that_are_no_envelope_or_of_another_release_can_be_mended_by_new_keys()
    {
        await AssertNotTheReleasesFaultAsync(await PublishAsync(envelope: "no envelope"u8.ToArray()));
        await AssertNotTheReleasesFaultAsync(await PublishAsync(version: "1.1.0", release: 2, envelope: Envelope(release: 9)));

        Assert.Null(await Sut().FindProblemAsync(await PublishAsync(version: "1.1.0", release: 2), CancellationToken.None));

        async Task AssertNotTheReleasesFaultAsync(Release release)
        {
            var error = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().UnsealAsync(release, SealedFile(release), PlainFile, CancellationToken.None));
            Assert.Equal((UpdateReasons.DecryptionFailed, false), (error.Code, error.IsFinal));
        }
    }

    [Theory]
    [InlineData("key", "does not decrypt")]
    [InlineData("length-more", "decrypts to 1300000 bytes; its key envelope says 1300001")]
    [InlineData("length-less", "decrypts to more bytes; its key envelope says 1299999")]
    [InlineData("digest", "decrypts to SHA-256")]
    [InlineData("mode", "cannot be decrypted")]
    public async Task A_release_that_is_not_what_its_signed_keys_say_is_given_up_and_nothing_of_it_is_left(string damage, string reason)
    {
        var envelope = damage switch
        {
            "key" => Envelope(key: new byte[32]),
            "length-more" => Envelope(length: _bundle.Length + 1),
            "length-less" => Envelope(length: _bundle.Length - 1),
            "digest" => Envelope(sha256: new string('a', 64)),
            _ => Envelope(mode: SealMode.Chunked),
        };
        var release = await PublishAsync(envelope: envelope);

        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().UnsealAsync(release, SealedFile(release), PlainFile, CancellationToken.None));

        Assert.Equal((UpdateReasons.DecryptionFailed, true), (error.Code, error.IsFinal));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(PlainFile));
        AssertNothingIsLeftBeside();
    }

    [Theory]
    [InlineData(SealMode.Single)]
    [InlineData(SealMode.Chunked)]
    public async Task A_download_that_the_disk_has_changed_is_no_verdict_on_the_release(SealMode mode)
    {
        var release = await PublishAsync(mode: mode);
        var bytes = await File.ReadAllBytesAsync(SealedFile(release));
        bytes[^1] ^= 1;
        var damaged = _directory.File("damaged");
        await File.WriteAllBytesAsync(damaged, bytes);

        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().UnsealAsync(release, damaged, PlainFile, CancellationToken.None));

        Assert.Equal((UpdateReasons.DigestMismatch, false), (error.Code, error.IsFinal));
        Assert.Contains($"{damaged} is not what was downloaded any more (SHA-256 ", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(PlainFile));
        AssertNothingIsLeftBeside();
    }

    [Fact]
    public async Task A_disk_that_cannot_be_read_is_no_verdict_on_the_release_or_on_the_key()
    {
        var release = await PublishAsync();

        // The first page of this process, which no process has: the kernel answers EIO, as for a bad sector.
        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().UnsealAsync(release, "/proc/self/mem", PlainFile, CancellationToken.None));
        Assert.Equal((UpdateReasons.Storage, false), (error.Code, error.IsFinal));
        Assert.Contains("because of the disk, and is tried again: /proc/self/mem", error.Message, StringComparison.Ordinal);
        AssertNothingIsLeftBeside();

        using var locked = File.Open(_options.DeviceKeyFile!, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var noKey = await Assert.ThrowsAsync<UpdateFailedException>(() => Sut().FindProblemAsync(release, CancellationToken.None));
        Assert.Equal((UpdateReasons.Storage, false), (noKey.Code, noKey.IsFinal));
    }

    [Fact]
    public async Task What_a_power_cut_left_is_overwritten_and_gets_the_right_mode()
    {
        var release = await PublishAsync();
        await File.WriteAllTextAsync(PlainFile + ".part", "half");
        await File.WriteAllTextAsync(PlainFile, "old");
        File.SetUnixFileMode(PlainFile + ".part", OwnerOnly | UnixFileMode.OtherRead);

        await Sut().UnsealAsync(release, SealedFile(release), PlainFile, CancellationToken.None);

        Assert.Equal(_bundle, await File.ReadAllBytesAsync(PlainFile));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(PlainFile));
    }

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    private string PlainFile => _directory.File("plain.ermodel");

    private ReleaseUnsealer Sut() => new(new DirectoryTransport(_repository.Path), _options, _directory.Path, _log);

    private string SealedFile(Release release) => _repository.TargetFile(release.Target.TargetPath);

    private void AssertNothingIsLeftBeside() => Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*.part"));

    private byte[] Envelope(SealMode mode = SealMode.Single, long release = 1, byte[]? key = null, long? length = null, string? sha256 = null, IReadOnlyCollection<DevicePublicKey>? recipients = null)
    {
        using var carried = new ReleaseKey(key ?? _key, mode, length ?? _bundle.Length, sha256 ?? Convert.ToHexStringLower(SHA256.HashData(_bundle)), "vision", release);
        return KeyEnvelope.Seal(carried, recipients ?? [_own.PublicKey]);
    }

    private async Task<Release> PublishAsync(SealMode mode = SealMode.Single, string version = "1.0.0", long release = 1, IReadOnlyCollection<DevicePublicKey>? recipients = null, byte[]? envelope = null)
    {
        using var cipher = new MemoryStream();
        using var plain = new MemoryStream(_bundle);
        if (mode == SealMode.Single)
        {
            await SegmentedCipher.Default.EncryptAsync(plain, cipher, _key, System.Text.Encoding.UTF8.GetBytes($"vision|{release}"), CancellationToken.None);
        }
        else
        {
            await new ChunkedCipher("vision").EncryptAsync(plain, [.. Enumerable.Repeat(65_000, 20)], cipher, _key, CancellationToken.None);
        }

        // One version has one file: what was there before goes.
        foreach (var old in Directory.Exists(Path.Combine(_repository.Layout.Targets, "models/vision")) ? Directory.EnumerateFiles(Path.Combine(_repository.Layout.Targets, "models/vision"), $"*.{version}.*") : []) File.Delete(old);
        await _repository.AddReleaseAsync("vision", version, release, cipher.ToArray(), keys: envelope ?? Envelope(mode, release, recipients: recipients));
        await _repository.SetDesiredAsync(SignedRepository.Desired(Group, "vision", version, release));
        var source = new ReleaseRepository(_options, _directory.Path, new DirectoryTransport(_repository.Path), _time, NullLogger<ReleaseRepository>.Instance, () => true, DateTimeOffset.UnixEpoch);
        await source.RefreshAsync(CancellationToken.None);
        return await source.FindAsync("vision", version, CancellationToken.None);
    }
}
