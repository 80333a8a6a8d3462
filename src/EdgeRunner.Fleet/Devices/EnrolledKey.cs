namespace EdgeRunner.Fleet.Devices;

/// <summary>The public half of a device key.</summary>
/// <param name="Thumbprint">RFC 7638, 43 characters: its name everywhere.</param>
/// <param name="Kind">For people: <c>EC P-256</c>, <c>RSA 3072</c>.</param>
/// <param name="Enrolled">When it was enrolled.</param>
/// <param name="PublicKey">PEM.</param>
internal sealed record EnrolledKey(string Thumbprint, string Kind, DateTimeOffset Enrolled, string PublicKey);
