using System.Globalization;
using EdgeRunner.Fleet.Depot.Http;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EdgeRunner.Fleet.Tests.Depot.Http;

public sealed class RequestedRangeTests
{
    private static readonly EntityTagHeaderValue Tag = new("\"abc\"");
    private static readonly DateTimeOffset Modified = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(null, 200, 0, 100)]
    [InlineData("bytes=0-9", 206, 0, 10)]
    [InlineData("bytes=90-", 206, 90, 10)]
    [InlineData("bytes=90-1000", 206, 90, 10)]
    [InlineData("bytes=99-99", 206, 99, 1)]
    [InlineData("bytes=-10", 206, 90, 10)]
    [InlineData("bytes=-1000", 206, 0, 100)]
    [InlineData("bytes=100-", 416, 0, 0)]
    [InlineData("bytes=100-200", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    [InlineData("bytes=0-1,5-6", 200, 0, 100)]
    [InlineData("bytes=9-5", 200, 0, 100)]
    [InlineData("lines=0-9", 200, 0, 100)]
    [InlineData("bytes=", 200, 0, 100)]
    [InlineData("bytes=99999999999999999999-", 200, 0, 100)]
    public void Range_is_read_as_rfc_9110_says(string? header, int status, long offset, long count) =>
        Assert.Equal(new RequestedRange(status, offset, count), Read(headers => headers.Range = header));

    [Theory]
    [InlineData("If-None-Match", "\"abc\"", 304)]
    [InlineData("If-None-Match", "W/\"abc\"", 304)]
    [InlineData("If-None-Match", "\"x\", \"abc\"", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"x\"", 206)]
    [InlineData("If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT", 304)]
    [InlineData("If-Modified-Since", "Fri, 02 Jan 2026 03:04:04 GMT", 206)]
    [InlineData("If-Range", "\"abc\"", 206)]
    [InlineData("If-Range", "\"x\"", 200)]
    [InlineData("If-Range", "W/\"abc\"", 200)]
    [InlineData("If-Range", "Fri, 02 Jan 2026 03:04:05 GMT", 206)]
    [InlineData("If-Range", "Fri, 02 Jan 2026 03:04:04 GMT", 200)]
    public void Conditions_come_before_the_range(string name, string value, int status) => Assert.Equal(status, Read(headers =>
    {
        headers.Range = "bytes=0-9";
        headers[name] = value;
    }).Status);

    [Fact]
    public void Old_date_does_not_count_beside_a_tag() => Assert.Equal(200, Read(headers =>
    {
        headers.IfNoneMatch = "\"x\"";
        headers.IfModifiedSince = Modified.ToString("r", CultureInfo.InvariantCulture);
    }).Status);

    [Fact]
    public void No_range_leads_out_of_the_file() => Prop.ForAll(ArbMap.Default.ArbFor<long?>(), ArbMap.Default.ArbFor<long?>(), ArbMap.Default.ArbFor<ushort>(), (from, to, length) =>
    {
        var range = Read(headers => headers.Range = $"bytes={(from is { } f ? Math.Abs(f % 70_000) : "")}-{(to is { } t ? Math.Abs(t % 70_000) : "")}", length);

        Assert.True(range.Offset >= 0 && range.Count >= 0 && range.Offset + range.Count <= length, $"{range} of {length}");
        Assert.Equal(range.Status is 416 || (range.Status is 200 && length == 0), range.Count == 0);
    }).QuickCheckThrowOnFailure();

    private static RequestedRange Read(Action<IHeaderDictionary> set, long length = 100)
    {
        var context = new DefaultHttpContext();
        set(context.Request.Headers);
        return RequestedRange.Read(context.Request.GetTypedHeaders(), Tag, Modified, length);
    }
}
