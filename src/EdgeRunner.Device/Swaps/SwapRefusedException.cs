namespace EdgeRunner.Device.Swaps;

/// <summary>A new model was not taken; the old one goes on. The message says why and what would help.</summary>
/// <param name="message">Why.</param>
/// <param name="mayPass">True when the same may work later, as with too little memory; false when it is between the model and the pipeline.</param>
internal sealed class SwapRefusedException(string message, bool mayPass = false) : Exception(message)
{
    /// <summary>See the constructor.</summary>
    public bool MayPass { get; } = mayPass;
}
