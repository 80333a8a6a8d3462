using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Which bytes of a file a request wants (RFC 9110, sections 13 and 14).</summary>
/// <param name="Status">200, 206, 304 or 416.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Count">How many; 0 with 304 and 416.</param>
internal readonly record struct RequestedRange(int Status, long Offset, long Count)
{
    /// <summary>Reads the conditions and the range.</summary>
    /// <param name="headers">Of the request.</param>
    /// <param name="tag">Of the file now; strong.</param>
    /// <param name="modified">When the file was changed, whole seconds.</param>
    /// <param name="length">Of the file.</param>
    public static RequestedRange Read(RequestHeaders headers, EntityTagHeaderValue tag, DateTimeOffset modified, long length)
    {
        if (IsKnown(headers, tag, modified)) return new RequestedRange(StatusCodes.Status304NotModified, 0, 0);
        // Several ranges at once may be ignored, and nobody who moves models asks for them.
        if (headers.Range is not { Unit.Value: "bytes", Ranges: { Count: 1 } ranges } || !IsForThis(headers.IfRange, tag, modified)) return new RequestedRange(StatusCodes.Status200OK, 0, length);
        var range = ranges.First();
        // "-n" is the last n bytes.
        var from = range.From ?? length - Math.Min(range.To ?? 0, length);
        var to = range.From is null ? length - 1 : Math.Min(range.To ?? length - 1, length - 1);
        return from <= to ? new RequestedRange(StatusCodes.Status206PartialContent, from, to - from + 1) : new RequestedRange(StatusCodes.Status416RangeNotSatisfiable, 0, 0);
    }

    private static bool IsKnown(RequestHeaders headers, EntityTagHeaderValue tag, DateTimeOffset modified) =>
        headers.IfNoneMatch is { Count: > 0 } known
            ? known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false))
            : headers.IfModifiedSince is { } since && modified <= since;

    private static bool IsForThis(RangeConditionHeaderValue? condition, EntityTagHeaderValue tag, DateTimeOffset modified) => condition switch
    {
        null => true,
        { EntityTag: { } known } => known.Compare(tag, useStrongComparison: true),
        _ => condition.LastModified == modified,
    };
}
