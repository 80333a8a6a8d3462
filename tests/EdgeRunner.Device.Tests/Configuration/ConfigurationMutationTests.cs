using System.Collections;
using System.Text;
using EdgeRunner.Device.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Configuration;

public class ConfigurationMutationTests
{
    [Fact]
    public void Mutated_bytes_never_throw_and_every_pipeline_is_usable_or_explained()
    {
        using var directory = new TempDirectory();
        var path = directory.File("edgerunner.json");
        var valid = Encoding.UTF8.GetBytes(ConfigurationBench.Valid);
        var random = new Random(7);
        for (var run = 0; run < 3_000; run++)
        {
            var bytes = (byte[])valid.Clone();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"{}[]\",:0-9e.truefalsn/\\ \n"[random.Next(25)];
            if (random.Next(10) == 0)
                Array.Resize(ref bytes, random.Next(bytes.Length));
            File.WriteAllBytes(path, bytes);

            var result = ConfigurationLoader.Load(path, new Hashtable(), "host");

            Assert.True(result.CanRun || result.Errors.Count > 0);
            Assert.All(result.Configuration.Pipelines.Values, pipeline => Assert.True(pipeline is { Source: not null, Window.Length: > 0, Model: not null }));
            Assert.All(result.Errors, error => Assert.StartsWith(path, error.ToString(), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Any_environment_never_throws()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid);
        string[] parts = ["broker", "pipelines", "speech", "window", "hop", "streams", "telemetry", "model", "source", "columns", "kind", "tls", "", "x"];
        var names = Gen.Choose(0, parts.Length - 1).Select(i => parts[i]).ArrayOf(3);
        var values = Gen.OneOf(Gen.Elements("", "null", "[]", "{}", "[1", "{\"a\":{}}", "1", "true", "[[[", "\"}"), ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get));
        Prop.ForAll(names.ToArbitrary(), values.ToArbitrary(), (name, value) =>
        {
            bench.Environment.Clear();
            bench.Environment["EDGERUNNER__" + string.Join("__", name)] = value;
            _ = bench.Load();
        }).QuickCheckThrowOnFailure();
    }
}
