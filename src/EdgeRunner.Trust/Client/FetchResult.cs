namespace EdgeRunner.Trust.Client;

/// <summary>What a repository answered. A failure to answer is <see cref="RepositoryUnavailableException"/>.</summary>
public readonly struct FetchResult : IEquatable<FetchResult>
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly State _state;

    private FetchResult(State state, ReadOnlyMemory<byte> bytes) => (_state, _bytes) = (state, bytes);

    private enum State
    {
        NotFound,
        TooLong,
        Found,
    }

    /// <summary>The repository says that it has no such file. Silence is not this.</summary>
    public static FetchResult NotFound { get; }

    /// <summary>The file is longer than was allowed; reading stopped there.</summary>
    public static FetchResult TooLong { get; } = new(State.TooLong, default);

    /// <summary>True for <see cref="NotFound"/>.</summary>
    public bool IsNotFound => _state == State.NotFound;

    /// <summary>True for <see cref="TooLong"/>.</summary>
    public bool IsTooLong => _state == State.TooLong;

    /// <summary>The whole file; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The whole file.</summary>
    public static FetchResult Found(ReadOnlyMemory<byte> bytes) => new(State.Found, bytes);

    /// <inheritdoc/>
    public bool Equals(FetchResult other) => _state == other._state && _bytes.Equals(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FetchResult other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_state, _bytes);

    /// <summary>Compares as <see cref="Equals(FetchResult)"/>.</summary>
    public static bool operator ==(FetchResult left, FetchResult right) => left.Equals(right);

    /// <summary>Compares as <see cref="Equals(FetchResult)"/>.</summary>
    public static bool operator !=(FetchResult left, FetchResult right) => !left.Equals(right);
}
