using System.Globalization;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Lengths of time for people: <c>4 s</c>, and <c>0.3 s</c> below one second.</summary>
internal static class PlainSeconds
{
    internal static string Of(TimeSpan time) => time.TotalSeconds.ToString(time < TimeSpan.FromSeconds(1) ? "0.#" : "0", CultureInfo.InvariantCulture) + " s";
}
