using System.Globalization;
using System.Text;

namespace EdgeRunner.Fleet.Devices;

/// <summary>Makes text of a device fit to be shown: it may hold anything, and must neither move the cursor nor fill the screen.</summary>
internal static class Printable
{
    /// <summary>Longest text that is kept of a reason or a problem.</summary>
    internal const int MaxTextLength = 500;

    /// <summary>Longest text that is kept of a name, a version or a code.</summary>
    internal const int MaxNameLength = 64;

    /// <summary>Replaces control and format characters (escape sequences, line ends, changes of direction) and halves of pairs, and cuts what is too long.</summary>
    internal static string Clean(string text, int maxLength = MaxTextLength)
    {
        var cleaned = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes()) // half a pair comes as U+FFFD
        {
            if (cleaned.Length + rune.Utf16SequenceLength > maxLength)
            {
                cleaned.Length = Math.Min(cleaned.Length, maxLength - 1);
                return cleaned.Append('…').ToString();
            }
            cleaned.Append(IsShown(rune) ? rune.ToString() : "?");
        }
        return cleaned.ToString();
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
