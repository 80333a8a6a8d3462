namespace EdgeRunner.Messaging.Transfer;

/// <summary>What a depot says to a request. The numbers are on the wire.</summary>
public enum TransferStatus : byte
{
    /// <summary>Bytes follow.</summary>
    Ok = 0,

    /// <summary>The repository has no such file. Silence is not this.</summary>
    NotFound = 1,

    /// <summary>Too much to do; ask again after the time that is stated.</summary>
    Busy = 2,

    /// <summary>The request cannot be answered; the text says why.</summary>
    Error = 3,
}
