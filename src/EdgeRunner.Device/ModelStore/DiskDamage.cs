namespace EdgeRunner.Device.ModelStore;

/// <summary>Tells files of which the disk has lost a part from files that only cannot be read now, for want of memory or descriptors, or because somebody has locked them.</summary>
internal static class DiskDamage
{
    private const int EIO = 5, EBADMSG = 74, EUCLEAN = 117;

    /// <summary>Whether an error of a file that was read says that a sector of it, or the file system that holds it, is damaged: another try meets the same.</summary>
    public static bool IsIn(Exception error) => error is IOException { HResult: EIO or EBADMSG or EUCLEAN };
}
