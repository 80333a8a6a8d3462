namespace EdgeRunner.Native.Mosquitto;

/// <summary>TLS settings; all files are PEM and are read when the connection is made.</summary>
/// <param name="CaFile">Authorities to trust; null for the system's own.</param>
/// <param name="CertificateFile">Client certificate with its chain; null for none. Needs <paramref name="KeyFile"/>.</param>
/// <param name="KeyFile">Private key without a password; null for none.</param>
/// <param name="SkipHostNameCheck">Accept a certificate for another name; the chain is verified all the same.</param>
public sealed record MosquittoTls(string? CaFile, string? CertificateFile, string? KeyFile, bool SkipHostNameCheck);
