using System.Globalization;

namespace EdgeRunner.Device.Guards;

/// <summary>Decides when a model has been wrong too often. Exact: one bit for each of the last windows. Allocates only in the constructor. One thread.</summary>
internal sealed class ErrorBudget(GuardOptions options)
{
    private readonly ulong[] _bits = new ulong[(options.Windows + 63) / 64];
    private int _at;
    private int _errors;
    private int _inRow;
    private int _timeoutsInRow;

    /// <summary>Takes what became of one window.</summary>
    /// <returns>True when the budget is used up.</returns>
    public bool Count(FaultKind fault)
    {
        var isError = fault != FaultKind.None;
        _inRow = isError ? _inRow + 1 : 0;
        _timeoutsInRow = fault == FaultKind.Timeout ? _timeoutsInRow + 1 : 0;
        ref var word = ref _bits[_at >> 6];
        var bit = 1UL << (_at & 63);
        if ((word & bit) != 0) _errors--;
        if (isError)
        {
            word |= bit;
            _errors++;
        }
        else
        {
            word &= ~bit;
        }

        _at = _at + 1 < options.Windows ? _at + 1 : 0;
        return isError && (Reached(_inRow, options.MaxConsecutiveErrors) || Reached(_timeoutsInRow, options.MaxConsecutiveTimeouts)
            || (options.MaxErrors > 0 && _errors > options.MaxErrors));
    }

    /// <summary>Which limit was reached, in words. Allocates: for the moment when the model is turned off.</summary>
    public string Describe() =>
        Reached(_timeoutsInRow, options.MaxConsecutiveTimeouts) ? string.Create(CultureInfo.InvariantCulture, $"{_timeoutsInRow} runs in a row took longer than {options.RunTimeoutMs} ms")
        : Reached(_inRow, options.MaxConsecutiveErrors) ? $"{_inRow} windows in a row were bad"
        : $"{_errors} of the last {options.Windows} windows were bad";

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        Array.Clear(_bits);
        (_at, _errors, _inRow, _timeoutsInRow) = (0, 0, 0, 0);
    }

    private static bool Reached(int count, int limit) => limit > 0 && count >= limit;
}
