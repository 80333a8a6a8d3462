namespace EdgeRunner.Trust.Encryption;

/// <summary>Why something that is encrypted cannot be read. The names are stable.</summary>
public enum SealFailure
{
    /// <summary>A key file is no key of a known kind, or is encrypted itself.</summary>
    BadKey,

    /// <summary>The envelope names none of the keys at hand.</summary>
    NoRecipient,

    /// <summary>It is not of the form that it should have, or beyond a bound.</summary>
    Malformed,

    /// <summary>It does not decrypt: bits have changed, or it was made for another key, model or release.</summary>
    NotAuthentic,
}
