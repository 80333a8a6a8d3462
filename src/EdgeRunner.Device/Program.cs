using EdgeRunner.Device.Commands;

return await EdgeRunnerCommand.RunAsync(args).ConfigureAwait(false);
