using System.CommandLine;
using EdgeRunner.Device.Probing;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner probe-child</c>: the child of a probe, started by <see cref="ModelProbe"/> and by nobody else, hence hidden.</summary>
internal static class ProbeChildCommand
{
    public static Command Create()
    {
        var command = new Command(ProbeProgram.ChildCommand, "The child process of a probe.") { Hidden = true };
        command.SetAction(_ =>
        {
            ProbeChild.Run();
            return ExitCode.Ok;
        });
        return command;
    }
}
