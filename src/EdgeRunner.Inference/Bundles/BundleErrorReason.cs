namespace EdgeRunner.Inference.Bundles;

/// <summary>Why a bundle was refused.</summary>
public enum BundleErrorReason
{
    /// <summary>Not the subset of ZIP that a bundle is: damaged, compressed, encrypted, overlapping, ...</summary>
    Structure,

    /// <summary>An entry's name is not a flat file name, is there twice, or the entry is a directory or link.</summary>
    EntryName,

    /// <summary>Larger or more than <see cref="BundleLimits"/> allows.</summary>
    Limit,

    /// <summary>A file's length, CRC or SHA-256 is not what is stated.</summary>
    Digest,

    /// <summary>A file is in the bundle but not in <c>model.json</c>, or the other way round.</summary>
    FileList,

    /// <summary><c>model.json</c> is not valid.</summary>
    Manifest,

    /// <summary>The graph does not fit together, or does not fit the ONNX files.</summary>
    Graph,

    /// <summary>A file of the bundle (<c>.npy</c>, <c>.onnx</c>) cannot be read.</summary>
    Content,

    /// <summary>A golden case gave another answer than the bundle says.</summary>
    Golden,

    /// <summary>The model needs an execution provider that this device does not have, and does not allow the CPU.</summary>
    Hardware,
}
