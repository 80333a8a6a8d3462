using System.CommandLine;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model …</c>: the bundles of this device.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Look at, check and install models.")
    {
        ModelVerifyCommand.Create(),
        ModelShowCommand.Create(),
        ModelInstallCommand.Create(),
        ModelActivateCommand.Create(),
        ModelRollbackCommand.Create(),
        ModelRollbackCommand.CreatePin(),
        ModelRollbackCommand.CreateUnpin(),
        ModelListCommand.Create(),
        ModelTestCommand.Create(),
    };
}
