namespace EdgeRunner.Fleet.Commands;

/// <summary>What the command line names is not there. The message says so, and what there is instead.</summary>
internal sealed class NotFoundException(string message) : Exception(message);
