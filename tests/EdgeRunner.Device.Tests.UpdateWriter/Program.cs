// Runs one update over a state directory, and kills itself at a checkpoint when it is told to:
//   UpdateWriter STATE BUNDLE VERSION NUMBER STORY [PHASE MOMENT]
// STATE/trace gets one line for each state that is durable. Exit code 0 when the update has come to its end, 3 when something failed that may pass.
using System.Diagnostics;
using System.Globalization;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

var story = new UpdateStory(args[0], args[4]);
story.Store.Written = record => File.AppendAllText(Path.Combine(args[0], "trace"), record.Phase.Word() + "\n");
if (args.Length > 5)
{
    var (phase, moment) = (Enum.Parse<UpdatePhase>(args[5]), Enum.Parse<UpdateMoment>(args[6]));
    story.Reached = (at, when) =>
    {
        if (at == phase && when == moment) Process.GetCurrentProcess().Kill(); // SIGKILL: nothing is flushed, nothing is caught.
    };
}

try
{
    await story.RunAsync(UpdateStory.Release(args[1], args[2], long.Parse(args[3], CultureInfo.InvariantCulture)));
    return story.Said.Count == 0 ? 0 : 3;
}
catch (UpdateFailedException e)
{
    await Console.Error.WriteLineAsync($"{e.Code}: {e.Message}");
    return 3;
}
