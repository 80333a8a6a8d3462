namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>The tensors given for a run do not fit the inputs and outputs of the model. Nothing was run.</summary>
public sealed class OrtBindingException : Exception
{
    internal OrtBindingException(IReadOnlyList<string> problems)
        : base(string.Join("; ", problems)) => Problems = problems;

    /// <summary>Each misfit on its own: the name, what the model has and what was given.</summary>
    public IReadOnlyList<string> Problems { get; }
}
