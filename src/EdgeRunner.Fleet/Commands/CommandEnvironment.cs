using EdgeRunner.Fleet.Keys;

namespace EdgeRunner.Fleet.Commands;

/// <summary>What commands get from outside beside their arguments.</summary>
/// <param name="TimeProvider">Clock.</param>
/// <param name="Terminal">The person, if there is one.</param>
/// <param name="KeyIterations">Rounds of PBKDF2 for new key files; tests take few.</param>
internal sealed record CommandEnvironment(TimeProvider TimeProvider, ITerminal Terminal, int KeyIterations);
