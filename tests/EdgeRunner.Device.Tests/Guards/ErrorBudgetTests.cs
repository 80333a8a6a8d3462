using EdgeRunner.Device.Guards;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Guards;

public class ErrorBudgetTests
{
    [Fact]
    public void Budget_agrees_with_counting_from_scratch_for_any_faults_and_limits() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), (windows, errors, row) =>
    {
        var random = new Random(windows ^ (errors << 8) ^ (row << 16));
        var options = new GuardOptions { Windows = 1 + (Math.Abs(windows) % 200), MaxConsecutiveErrors = Math.Abs(row) % 8, MaxConsecutiveTimeouts = random.Next(4) };
        options.MaxErrors = Math.Abs(errors) % options.Windows;
        var budget = new ErrorBudget(options);
        var seen = new List<FaultKind>();
        for (var window = 0; window < 500; window++)
        {
            var fault = random.Next(3) == 0 ? (FaultKind)random.Next(FaultKinds.Count) : FaultKind.None;
            seen.Add(fault);
            if (budget.Count(fault) != IsUsedUp(seen, options)) return false;
            if (random.Next(200) != 0) continue;
            budget.Reset();
            seen.Clear();
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reason_names_the_limit_that_was_reached()
    {
        var budget = new ErrorBudget(new GuardOptions { MaxConsecutiveErrors = 0, MaxErrors = 2, Windows = 5 });
        Assert.Equal([false, false, false, true], new[] { FaultKind.NaN, FaultKind.None, FaultKind.NaN, FaultKind.RunError }.Select(budget.Count));
        Assert.Equal("3 of the last 5 windows were bad", budget.Describe());

        budget = new ErrorBudget(new GuardOptions { RunTimeoutMs = 12.5, MaxConsecutiveTimeouts = 1 });
        Assert.True(budget.Count(FaultKind.Timeout));
        Assert.Equal("1 runs in a row took longer than 12.5 ms", budget.Describe());
    }

    private static bool IsUsedUp(List<FaultKind> seen, GuardOptions options)
    {
        if (seen[^1] == FaultKind.None) return false;
        var errors = seen.TakeLast(options.Windows).Count(fault => fault != FaultKind.None);
        return (options.MaxErrors > 0 && errors > options.MaxErrors)
            || (options.MaxConsecutiveErrors > 0 && InRow(fault => fault != FaultKind.None) >= options.MaxConsecutiveErrors)
            || (options.MaxConsecutiveTimeouts > 0 && InRow(fault => fault == FaultKind.Timeout) >= options.MaxConsecutiveTimeouts);

        int InRow(Func<FaultKind, bool> isOne) => seen.AsEnumerable().Reverse().TakeWhile(isOne).Count();
    }
}
