namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>bool, as 0 or 1.</summary>
internal readonly struct BoolElement : IElement<bool, byte>
{
    public static byte Load(bool stored) => stored ? (byte)1 : (byte)0;

    public static bool Store(byte value) => value != 0;
}
