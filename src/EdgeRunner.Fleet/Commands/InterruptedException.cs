namespace EdgeRunner.Fleet.Commands;

/// <summary>The person stopped it with Ctrl-C when a part was done already, and should know which.</summary>
internal sealed class InterruptedException(string message, Exception inner) : Exception(message, inner);
