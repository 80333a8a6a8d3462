using EdgeRunner.Trust.Metadata;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Metadata;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("*", "a", true)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "a/b", false)]
    [InlineData("*/*", "a/b", true)]
    [InlineData("*/*", "a/b/c", false)]
    [InlineData("models/*", "models/", true)]
    [InlineData("models/*", "models", false)]
    [InlineData("foo-?.tgz", "foo-1.tgz", true)]
    [InlineData("foo-?.tgz", "foo-.tgz", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("*.md", "README.MD", false)]
    [InlineData("*a*b*", "xxaxxbxx", true)]
    [InlineData("*a*b*", "xxbxxaxx", false)]
    [InlineData("**", "a/b", false)]
    [InlineData("[ab]", "a", false)]
    [InlineData("[ab]", "[ab]", true)]
    [InlineData("a.c", "abc", false)]
    public void Known_patterns_match_as_the_specification_says(string pattern, string path, bool matches) =>
        Assert.Equal(matches, PathPattern.Matches(pattern, path));

    [Fact]
    public void Matching_agrees_with_a_matcher_that_tries_everything()
    {
        var patterns = Gen.Elements('a', 'b', '/', '*', '?').ListOf(8).Select(c => string.Concat(c));
        var paths = Gen.Elements('a', 'b', '/').ListOf(8).Select(c => string.Concat(c));

        Prop.ForAll(patterns.ToArbitrary(), paths.ToArbitrary(), (pattern, path) => PathPattern.Matches(pattern, path) == TryEverything(pattern, path))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Fact]
    public void A_pattern_of_many_stars_is_not_slow() => // exponential matchers need longer than the universe has been there
        Assert.False(PathPattern.Matches(string.Concat(Enumerable.Repeat("*a", 200)) + "b", new string('a', 2_000)));

    private static bool TryEverything(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        if (pattern.IsEmpty)
        {
            return path.IsEmpty;
        }
        if (pattern[0] == '*')
        {
            return TryEverything(pattern[1..], path) || (!path.IsEmpty && path[0] != '/' && TryEverything(pattern, path[1..]));
        }
        return !path.IsEmpty && (pattern[0] == '?' ? path[0] != '/' : pattern[0] == path[0]) && TryEverything(pattern[1..], path[1..]);
    }
}
