namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>One log line of ONNX Runtime.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="Category">Which part of ONNX Runtime, e.g. <c>onnxruntime</c>.</param>
/// <param name="LogId">The session's <see cref="OrtSessionSettings.LogId"/>, or <c>edgerunner</c>.</param>
/// <param name="Location">Source file, line and function in ONNX Runtime.</param>
/// <param name="Message">The text.</param>
public readonly record struct OrtLogEntry(OrtLogSeverity Severity, string Category, string LogId, string Location, string Message);
