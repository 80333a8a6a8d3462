namespace EdgeRunner.Inference.Tests.Tensors;

/// <summary>Runs where Debian's <c>libonnx-testdata</c> is installed; says so where it is not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SkippableOnnxFactAttribute : FactAttribute
{
    internal const string Root = "/usr/share/libonnx-testdata/data";

    public SkippableOnnxFactAttribute()
    {
        if (!Directory.Exists(Root))
        {
            Skip = $"{Root} is not there: apt-get install libonnx-testdata";
        }
    }
}
