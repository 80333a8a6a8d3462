namespace EdgeRunner.Inference.Bundles;

/// <summary>Which of the two forms of <c>model.json</c> is read.</summary>
public enum ManifestForm
{
    /// <summary>What the author writes: <c>files</c> and <c>opsets</c> may be missing, and are ignored when there.</summary>
    Author,

    /// <summary>What is in a bundle: <c>files</c> lists every other file.</summary>
    Bundle,
}
