using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;

namespace EdgeRunner.Device.Commands;

/// <summary>The argument <c>BUNDLE|NAME</c>: a bundle file, or the name of an installed model.</summary>
internal static class BundleArgument
{
    /// <summary>Whether it means a file, there or not: no model is called like that.</summary>
    public static bool IsFile(string which) => File.Exists(which) || which.Contains('/', StringComparison.Ordinal) || which.EndsWith(".ermodel", StringComparison.Ordinal);

    /// <summary>The file it means.</summary>
    /// <exception cref="ModelNotInstalledException">No model of that name is installed.</exception>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a directory.</exception>
    public static string Find(string which, StorageOptions storage)
    {
        if (Directory.Exists(which)) throw new FileNotFoundException($"{which} is a directory; expected a bundle file, NAME-VERSION.ermodel, or the name of an installed model (edgefleet model pack makes a bundle from a directory)");
        if (!IsFile(which)) return new BundleStore(storage.StateDirectory).ActiveBundle(which);
        return File.Exists(which) ? which : throw new FileNotFoundException($"{which}: no such file; expected a bundle, NAME-VERSION.ermodel, or the name of an installed model");
    }
}
