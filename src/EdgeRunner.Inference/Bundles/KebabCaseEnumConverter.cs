using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A choice of the manifest by its name, e.g. <c>lowest-class</c>.</summary>
internal sealed class KebabCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) where T : struct, Enum;
