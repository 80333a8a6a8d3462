using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Tests.Interop;

/// <summary>What Debian's python3-cryptography encrypts we decrypt, and the other way round.</summary>
public sealed class EncryptionTests : IDisposable
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private readonly Peer _peer = Peer.Sealer();

    public void Dispose() => _peer.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1_048_520)]
    [InlineData(2_500_000)]
    public async Task Segments_are_the_same_on_both_sides(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        using var ours = new MemoryStream();
        await SegmentedCipher.Default.EncryptAsync(new MemoryStream(plain), ours, Key, "vision|7"u8.ToArray(), CancellationToken.None);
        var theirs = Ask("tink-seal", "cipher", ("key", Text(Key)), ("ad", Text("vision|7"u8)), ("plain", Text(plain)));
        using var opened = new MemoryStream();
        await SegmentedCipher.Default.DecryptAsync(new MemoryStream(theirs), opened, Key, "vision|7"u8.ToArray(), CancellationToken.None);

        Assert.Equal(plain, Ask("tink-open", "plain", ("key", Text(Key)), ("ad", Text("vision|7"u8)), ("cipher", Text(ours.ToArray()))));
        Assert.Equal(plain, opened.ToArray());
    }

    [Fact]
    public async Task Frames_of_chunks_are_as_they_are_described()
    {
        var plain = RandomNumberGenerator.GetBytes(100_000);
        using var cipher = new MemoryStream();
        await new ChunkedCipher("vision").EncryptAsync(new MemoryStream(plain), [60_000, 1, 39_999], cipher, Key, CancellationToken.None);

        Assert.Equal(plain, Ask("chunks-open", "plain", ("key", Text(Key)), ("model", JsonTree.Of("vision")), ("cipher", Text(cipher.ToArray()))));
    }

    [Theory]
    [InlineData(DeviceKeyKind.Ec)]
    [InlineData(DeviceKeyKind.Rsa)]
    public void Envelopes_are_opened_on_both_sides(DeviceKeyKind kind)
    {
        using var device = DeviceKey.Generate(kind);
        using var key = new ReleaseKey(Key, SealMode.Single, 5, new string('a', 64), "vision", 7);
        var ours = KeyEnvelope.Seal(key, [device.PublicKey]);
        var payload = Ask("jwe-open", "payload", ("kid", JsonTree.Of(device.PublicKey.Thumbprint)), ("pem", JsonTree.Of(new string(device.ToPem()))), ("jwe", JsonTree.Of(Encoding.UTF8.GetString(ours))));
        var theirs = _peer.Ask(Peer.Request("jwe-seal", ("jwks", JsonTree.Of([JsonTree.Of([JsonTree.Of(device.PublicKey.Thumbprint), device.PublicKey.ToJwk()])])), ("payload", Text(payload)))).Find("jwe")!.Text;
        using var opened = KeyEnvelope.Parse(Encoding.UTF8.GetBytes(theirs)).Open([device]);

        Assert.Equal(Base64UrlText.Encode(Key), JsonParser.Parse(payload).Find("k")!.Text);
        Assert.Equal(["k", "kid", "model", "plain_len", "plain_sha256", "release", "seg"], JsonParser.Parse(payload).Members.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Key, opened.Key.ToArray());
    }

    private static JsonTree Text(ReadOnlySpan<byte> bytes) => JsonTree.Of(Base64UrlText.Encode(bytes));

    private byte[] Ask(string operation, string answer, params (string Name, JsonTree Value)[] members) =>
        Base64UrlText.TryDecode(_peer.Ask(Peer.Request(operation, members)).Find(answer)!.Text, 1 << 24)!;
}
