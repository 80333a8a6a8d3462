using System.Text;

namespace EdgeRunner.Fleet.Tests.Rollouts;

/// <summary>What a command writes while it runs.</summary>
internal sealed class WaitableWriter : TextWriter
{
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        lock (_text)
        {
            _text.Append(value);
            if (value is '\n')
            {
                _written.TrySetResult();
                _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }

    internal async Task WaitForAsync(string text, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        while (true)
        {
            Task written;
            lock (_text)
            {
                if (_text.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }
                written = _written.Task;
            }
            try
            {
                await written.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"\"{text}\" did not come; this did:\n{this}");
            }
        }
    }
}
