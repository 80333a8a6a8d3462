using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Commands;

/// <summary>Shows how an update goes on: on a terminal one line that is written over, elsewhere a line for each new phase.</summary>
internal sealed class UpdateProgress(TextWriter output, bool isTerminal)
{
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private bool _isOpen;

    /// <summary>Shows the model that is under way, if one is.</summary>
    public void Show(UpdateStatus status)
    {
        foreach (var model in status.Models)
        {
            var title = $"{model.Version} {model.Phase}";
            var before = _told.GetValueOrDefault(model.Model);
            if (string.Equals(before, title, StringComparison.Ordinal)) continue;
            _told[model.Model] = title;
            if (before is null && model.Phase is "idle" or "committed" or "rejected") continue; // From another time.
            if (!isTerminal) output.WriteLine(UpdateText.Line(model));
        }

        if (!isTerminal || status.Models.FirstOrDefault(model => model.Phase is not ("idle" or "committed" or "rejected")) is not { } active) return;
        output.Write($"\r\e[K{UpdateText.Line(active)}");
        _isOpen = true;
    }

    /// <summary>Leaves an empty line.</summary>
    public void End()
    {
        if (_isOpen) output.Write("\r\e[K");
        _isOpen = false;
    }
}
