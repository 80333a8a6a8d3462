using System.Globalization;
using System.Text;

namespace EdgeRunner.Fleet.Releases;

/// <summary>What <c>model pack</c> did, in words.</summary>
internal static class PackReportText
{
    internal static string Format(PackReport report)
    {
        var text = new StringBuilder();
        text.AppendLine($"{report.Name} {report.Version}");
        text.AppendLine($"  graph    {string.Join(" -> ", report.Steps)}: fits its ONNX files ({string.Join(", ", report.Opsets.Select(opset => $"{opset.Key} {opset.Value}"))})");
        text.AppendLine($"  inputs   {string.Join(", ", report.Inputs)}");
        text.AppendLine($"  outputs  {string.Join(", ", report.Outputs)}");
        foreach (var golden in report.Golden)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  golden   {golden.Name}: passed, {golden.Runs} runs, largest difference {golden.MaxAbsoluteDifference:g3} (allowed: {golden.Atol:g3} + {golden.Rtol:g3} of the value)");
        }
        if (report.Latency is { } latency)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  latency  p50 {latency.P50Microseconds:f1} µs, p99 {latency.P99Microseconds:f1} µs over {latency.Runs} runs, on this machine, ONNX Runtime {report.OnnxRuntime}");
        }
        text.AppendLine("  files");
        var width = report.Files.Max(file => file.Name.Length);
        foreach (var file in report.Files)
        {
            text.AppendLine($"    {file.Name.PadRight(width)}  {file.SizeBytes,10} bytes  sha256 {file.Sha256[..16]}...");
        }
        if (report.LeftOut.Count > 0)
        {
            text.AppendLine($"  left out, since model.json does not use it: {string.Join(", ", report.LeftOut)}");
        }
        foreach (var warning in report.Warnings)
        {
            text.AppendLine($"  WARNING  {warning}");
        }
        text.AppendLine($"Packed {report.Path}, {report.SizeBytes} bytes");
        text.AppendLine($"sha256 {report.Sha256}");
        return text.ToString();
    }
}
