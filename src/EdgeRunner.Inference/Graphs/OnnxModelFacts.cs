using Google.Protobuf;

namespace EdgeRunner.Inference.Graphs;

/// <summary>What must be known of an ONNX file before ONNX Runtime is given it, read from the <c>ModelProto</c> itself: a session from
/// memory would look for external data beside whatever directory the process happens to run in.</summary>
/// <param name="Opsets">Operator sets it asks for: domain → version; the default domain is <c>ai.onnx</c>.</param>
/// <param name="ExternalFiles">Locations its tensors name as external data, as written, without repeats, in ordinal order.</param>
/// <param name="Nodes">Operators, those in the bodies of <c>If</c>, <c>Loop</c> and <c>Scan</c> included.</param>
public sealed record OnnxModelFacts(IReadOnlyDictionary<string, long> Opsets, IReadOnlyList<string> ExternalFiles, int Nodes)
{
    /// <summary>Reads the facts; tensor contents are skipped, not copied.</summary>
    /// <exception cref="FormatException">Not an ONNX model, truncated, or nested deeper than any real one.</exception>
    public static OnnxModelFacts Read(byte[] model)
    {
        try
        {
            var scan = new OnnxModelScan(new CodedInputStream(model));
            scan.Run(model.Length);
            return new OnnxModelFacts(scan.Opsets, [.. scan.ExternalFiles], scan.Nodes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"not an ONNX model: {e.Message}", e);
        }
    }
}
