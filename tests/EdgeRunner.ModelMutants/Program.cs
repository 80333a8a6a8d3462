using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.ModelMutants;

// "write" makes one mutant again, to look at it; "misbehaving" wraps a model of tests/assets/models/misbehaving.
// ModelMutants PROGRAM MUTANTS SEED PARALLEL [FIRST]: probes mutants and writes a summary as JSON; started by scripts/fuzz-models.sh.
if (args is ["write", var seedText, var numberText, var target])
{
    await File.WriteAllBytesAsync(target, Mutant.Make(BaseModel.All(), int.Parse(seedText, CultureInfo.InvariantCulture), int.Parse(numberText, CultureInfo.InvariantCulture)).Bundle);
    return 0;
}

if (args is ["misbehaving", var name, var file])
{
    var model = BaseModel.Misbehaving(name, name == "fails_to_run" ? "[1]" : "[1, 4]");
    await File.WriteAllBytesAsync(file, model.Wrap(model.Onnx));
    return 0;
}

if (args.Length is < 4 or > 5)
{
    await Console.Error.WriteLineAsync("usage: ModelMutants PROGRAM MUTANTS SEED PARALLEL [FIRST] | write SEED NUMBER FILE | misbehaving NAME FILE");
    return 2;
}

int Number(int index) => int.Parse(args[index], CultureInfo.InvariantCulture);
var watch = Stopwatch.StartNew();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
var run = new MutationRun(args[0], Number(2), Number(3));
try
{
    await run.RunAsync(args.Length == 5 ? Number(4) : 0, Number(1), done =>
    {
        if (done % 500 == 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} mutants, {watch.Elapsed.TotalSeconds:0} s"));
    }, stop.Token);
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("broken off; what was probed so far is counted");
}

var results = run.Results;
var summary = MutationSummary.Of(Number(2), results, watch.Elapsed);
Console.WriteLine(JsonSerializer.Serialize(summary, MutationJsonContext.Default.MutationSummary));
return summary.WithoutReason == 0 ? 0 : 1;
