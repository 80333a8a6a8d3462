namespace EdgeRunner.Fleet.Commands;

/// <summary>Arguments that do not go together. The message says what would be right.</summary>
internal sealed class UsageException(string message) : Exception(message);
