using EdgeRunner.Messaging.Topics;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Messaging.Tests.Topics;

public sealed class TopicFilterTests
{
    private static readonly Gen<string> Level = Gen.Elements("a", "b", "", "$SYS", "ab", "a.b");
    private static readonly Gen<string> FilterLevel = Gen.Elements("a", "b", "", "$SYS", "ab", "+", "+");
    private static readonly Gen<string> Topic = Join(Level).Where(topic => topic.Length > 0);
    private static readonly Gen<string> Filter = Gen.OneOf(
        Join(FilterLevel), Join(FilterLevel).Select(filter => filter + "/#"), Gen.Constant("#"), Join(FilterLevel).Select(filter => "$share/group/" + filter))
        .Where(filter => filter.Length > 0 && !filter.EndsWith("$share/group/", StringComparison.Ordinal));

    [Fact]
    public void Matching_agrees_with_a_naive_implementation()
        => Prop.ForAll(Filter.ToArbitrary(), Topic.ToArbitrary(), (filter, topic) =>
            (TopicFilter.Matches(filter, topic) == NaiveMatches(filter, topic)).Label($"{filter} / {topic}"))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void Every_topic_name_is_a_filter_that_matches_only_itself()
        => Prop.ForAll(Topic.ToArbitrary(), Topic.ToArbitrary(), (filter, topic) =>
            TopicFilter.IsValidFilter(filter) && TopicFilter.Matches(filter, topic) == string.Equals(filter, topic, StringComparison.Ordinal))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Generated_filters_are_valid_and_arbitrary_text_never_throws()
    {
        Prop.ForAll(Filter.ToArbitrary(), filter => TopicFilter.IsValidFilter(filter)).QuickCheckThrowOnFailure();
        Prop.ForAll<string, string>((filter, topic) =>
        {
            _ = TopicFilter.IsValidTopicName(topic);
            _ = TopicFilter.IsValidFilter(filter);
            _ = TopicFilter.Matches(filter ?? "", topic ?? "");
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/#", "sport/tennis/player1", true)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("#", "$SYS/uptime", false)]
    [InlineData("$SYS/#", "$SYS/uptime", true)]
    [InlineData("+/uptime", "$SYS/uptime", false)]
    [InlineData("$share/g/er/+/x", "er/1/x", true)]
    [InlineData("a/+/#", "a", false)]
    [InlineData("a/+/#", "a/b", true)]
    public void The_examples_of_the_specification_hold(string filter, string topic, bool expected)
        => Assert.Equal(expected, TopicFilter.Matches(filter, topic));

    [Theory]
    [InlineData("")]
    [InlineData("a#")]
    [InlineData("a/#/b")]
    [InlineData("a+/b")]
    [InlineData("a\0b")]
    [InlineData("$share/g")]
    [InlineData("$share//a")]
    [InlineData("$share/g/")]
    [InlineData("$share/+/a")]
    public void Broken_filters_are_not_valid(string filter) => Assert.False(TopicFilter.IsValidFilter(filter));

    [Fact]
    public void Half_a_surrogate_pair_is_not_valid() => Assert.False(TopicFilter.IsValidFilter("a/\ud800"));

    [Fact]
    public void A_name_longer_than_its_length_field_is_not_valid()
    {
        Assert.True(TopicFilter.IsValidTopicName(new string('a', 65_535)));
        Assert.False(TopicFilter.IsValidTopicName(new string('a', 65_536)));
        Assert.False(TopicFilter.IsValidTopicName(new string('ä', 32_768)));
    }

    private static Gen<string> Join(Gen<string> level)
        => level.NonEmptyListOf().Where(levels => levels.Count <= 6).Select(levels => string.Join('/', levels));

    private static bool NaiveMatches(string filter, string topic)
    {
        if (filter.StartsWith("$share/", StringComparison.Ordinal)) filter = string.Join('/', filter.Split('/').Skip(2));
        if (topic[0] == '$' && filter[0] is '+' or '#' && topic[0] == '$') return false;
        return Levels(filter.Split('/'), topic.Split('/'));

        static bool Levels(ReadOnlySpan<string> filters, ReadOnlySpan<string> topics)
        {
            if (filters.IsEmpty) return topics.IsEmpty;
            if (filters[0] == "#") return true;
            if (topics.IsEmpty) return false;
            return (filters[0] == "+" || filters[0] == topics[0]) && Levels(filters[1..], topics[1..]);
        }
    }
}
