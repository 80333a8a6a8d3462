namespace EdgeRunner.Inference.Bundles;

/// <summary>A file of the bundle and what it must be, byte for byte.</summary>
/// <param name="Name">Flat name: printable ASCII without <c>/ \ :</c>, at most 100 characters, not <c>.</c> or <c>..</c>.</param>
/// <param name="SizeBytes">Exact length, in bytes.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
public sealed record FileSpec(string Name, long SizeBytes, string Sha256);
