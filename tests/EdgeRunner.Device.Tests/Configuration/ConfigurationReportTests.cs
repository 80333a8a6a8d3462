using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Tests.Configuration;

public class ConfigurationReportTests
{
    [Fact]
    public void Show_masks_secrets_and_never_reads_the_password_file()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid)
            .DropIn("50.json", """{ "pipelines": { "shuttle": { "source": { "command": ["ffmpeg", "-i", "rtsp://admin:hunter2@cam/1"] } } } }""");
        File.WriteAllText(Path.Combine(bench.Directory, "password"), "s3cret");
        using var text = new StringWriter();
        bench.Load().Report.WriteEntries(text);

        Assert.DoesNotContain("hush", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("pipelines.shuttle.source.environment.API_TOKEN = \"***\"", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("rtsp://***@cam/1", text.ToString(), StringComparison.Ordinal);
        Assert.Contains($"broker.passwordFile = \"{bench.Directory}/password\"   # {bench.MainFile}:4", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("pipelines.speech.source.kind = \"replay\"", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("pipelines.speech.source.pace = \"as-fast-as-possible\"", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_named_and_not_there_are_listed_with_their_keys()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid);
        File.WriteAllText(Path.Combine(bench.Directory, "password"), "s3cret");

        var missing = ReferredFiles.FindMissing(bench.Load().Configuration);

        Assert.Contains($"broker.tls.caFile {bench.Directory}/ca.pem is not there", missing);
        Assert.Contains($"pipelines.speech.source.file {bench.Directory}/goforward.raw is not there", missing);
        Assert.DoesNotContain(missing, line => line.StartsWith("broker.passwordFile", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_lists_every_error_on_its_own_line()
    {
        using var bench = new ConfigurationBench().Main("""{ "a": 1, "broker": { "port": 0 }, "pipelines": { "p": {} } }""");
        using var text = new StringWriter();
        var result = bench.Load();
        result.Report.WriteErrors(text);

        Assert.Equal(5, text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(result.Report.Entries, entry => entry.Key is "pipelines.p.overload");
        Assert.Equal(("1883", "default"), result.Report.Entries.Where(entry => entry.Key is "broker.port").Select(entry => (entry.Value, entry.Origin.ToString())).Single());
    }
}
