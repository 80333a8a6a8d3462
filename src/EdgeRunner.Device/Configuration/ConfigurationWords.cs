using System.Text.Json;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Windows;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Configuration;

/// <summary>The words a configuration uses for each enum. Written out type by type: the AOT binary has no reflection to find them.</summary>
internal static class ConfigurationWords
{
    private static readonly Dictionary<Type, KeyValuePair<string, object>[]> Tables = new()
    {
        [typeof(SampleFormat)] = Lower<SampleFormat>(),
        [typeof(SampleType)] = Lower<SampleType>(),
        [typeof(ReplayPace)] = Kebab<ReplayPace>(),
        [typeof(CsvHeader)] = Kebab<CsvHeader>(),
        [typeof(RestartPolicy)] = Kebab<RestartPolicy>(),
        [typeof(OverloadMode)] = Kebab<OverloadMode>(),
        [typeof(WindowPriming)] = Kebab<WindowPriming>(),
        [typeof(WindowLayout)] = Kebab<WindowLayout>(),
        [typeof(ThresholdDirection)] = Kebab<ThresholdDirection>(),
        [typeof(StreamClass)] = Kebab<StreamClass>(),
        [typeof(StreamFullPolicy)] = Kebab<StreamFullPolicy>(),
        [typeof(QueueFullPolicy)] = Kebab<QueueFullPolicy>(),
        [typeof(RecordedWindows)] = Kebab<RecordedWindows>(),
        [typeof(OrtGraphOptimization)] = Kebab<OrtGraphOptimization>(),
        [typeof(ParallelMode)] = Kebab<ParallelMode>(),
        [typeof(LogLevel)] = Kebab<LogLevel>(),
    };

    /// <summary>All words of an enum in the order of its declaration.</summary>
    public static IEnumerable<string> Of(Type type) => Tables[type].Select(pair => pair.Key);

    /// <summary>The enum value of a word; words are compared exactly.</summary>
    public static bool TryParse(Type type, string word, out object? value)
    {
        foreach (var (known, candidate) in Tables[type])
        {
            if (string.Equals(known, word, StringComparison.Ordinal))
            {
                value = candidate;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>The word of an enum value.</summary>
    public static string Format(object value)
    {
        foreach (var (known, candidate) in Tables[value.GetType()])
        {
            if (candidate.Equals(value))
                return known;
        }

        return value.ToString() ?? "";
    }

    private static KeyValuePair<string, object>[] Kebab<T>()
        where T : struct, Enum => Table<T>(JsonNamingPolicy.KebabCaseLower.ConvertName);

    private static KeyValuePair<string, object>[] Lower<T>()
        where T : struct, Enum => Table<T>(name => name.ToLowerInvariant());

    private static KeyValuePair<string, object>[] Table<T>(Func<string, string> word)
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => KeyValuePair.Create(word(value.ToString()), (object)value))];
}
