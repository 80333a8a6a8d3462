using System.Collections;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A shape some dimensions of which have a name: <c>[1, "frames"]</c>. As a list it has the sizes, the default for named ones.</summary>
public sealed class SymbolicShape : IReadOnlyList<long>
{
    private readonly long[] _sizes;

    internal SymbolicShape(long[] sizes, IReadOnlyList<string?> symbols)
    {
        _sizes = sizes;
        Symbols = symbols;
    }

    /// <summary>For each dimension its name; null where the size is fixed.</summary>
    public IReadOnlyList<string?> Symbols { get; }

    /// <inheritdoc />
    public int Count => _sizes.Length;

    /// <inheritdoc />
    public long this[int index] => _sizes[index];

    /// <inheritdoc />
    public IEnumerator<long> GetEnumerator() => _sizes.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The same shape with other sizes for the named dimensions; those that <paramref name="sizeOf"/> has none for stay as they are.</summary>
    internal SymbolicShape With(Func<string, long?> sizeOf) => new([.. _sizes.Select((size, i) => Symbols[i] is { } symbol ? sizeOf(symbol) ?? size : size)], Symbols);
}
