using EdgeRunner.Device.Commands.BackendTests;

namespace EdgeRunner.Device.Commands;

/// <summary>What <c>model test --json</c> prints.</summary>
/// <param name="Passed">Cases inside the tolerance.</param>
/// <param name="Failed">Cases outside it, or that do not load or run.</param>
/// <param name="Known">Cases that fail as the list says.</param>
/// <param name="Unsupported">Cases with sequences, optionals or maps; they count as failed.</param>
/// <param name="Cases">Every case.</param>
internal sealed record ModelTestOutput(int Passed, int Failed, int Known, int Unsupported, IReadOnlyList<BackendTestResult> Cases);
