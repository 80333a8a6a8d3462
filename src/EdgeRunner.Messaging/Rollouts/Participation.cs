using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeRunner.Messaging.Rollouts;

/// <summary>Which devices of a group take part in a rollout. Device and fleet reckon alike, without asking each other.</summary>
/// <remarks>
/// <para>
/// A device's <em>place</em> is: the UTF-8 bytes of its id, a vertical bar, and the UTF-8 bytes of the seed; of their SHA-256 the first 8 bytes, read as an unsigned
/// number with the most significant byte first; modulo 10 000. The device takes part when its place is below the percentage in hundredths. In a shell:
/// <c>echo "ibase=16; $(printf '%s' 'ID|SEED' | sha256sum | cut -c1-16 | tr a-f A-F) % 2710" | bc</c>.
/// </para>
/// <para>
/// So a higher percentage of the same seed only ever adds devices, and a new seed draws anew. An id has no bar in it (see <see cref="Topics.EdgeTopics.IsValidName"/>),
/// so no two pairs of id and seed are the same text. That 2^64 is no multiple of 10 000 favours some places by less than one part in 10^15.
/// </para>
/// </remarks>
public static class Participation
{
    /// <summary>Number of places.</summary>
    public const int Places = DesiredModel.AllDevices;

    private const char Separator = '|';

    /// <summary>The place of a device under a seed.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="seed">See <see cref="DesiredModel.Seed"/>.</param>
    /// <returns>0 to 9999.</returns>
    public static int PlaceOf(string deviceId, string seed)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{deviceId}{Separator}{seed}"), digest);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(digest) % Places);
    }

    /// <summary>Whether a device takes part.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="seed">See <see cref="DesiredModel.Seed"/>.</param>
    /// <param name="percentHundredths">0 = nobody, <see cref="Places"/> = everybody; what lies outside counts as the nearer of the two.</param>
    public static bool Includes(string deviceId, string seed, int percentHundredths) => PlaceOf(deviceId, seed) < percentHundredths;

    /// <summary>Whether a device takes part in what its group wants of a model.</summary>
    public static bool Includes(string deviceId, DesiredModel model) => Includes(deviceId, model.Seed, model.PercentHundredths);
}
