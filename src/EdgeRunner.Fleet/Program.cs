using EdgeRunner.Fleet.Commands;

return FleetCommand.Run(args, TimeProvider.System, Console.Out, Console.Error);
