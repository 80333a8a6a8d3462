namespace EdgeRunner.Device.Updates;

/// <summary>Makes the way to a repository.</summary>
internal interface IUpdateRoadsFactory
{
    /// <summary>Opens the roads of the configuration, or one to a directory.</summary>
    /// <param name="directory">A repository in a directory, such as a USB stick; null for the configuration's.</param>
    /// <exception cref="UpdateFailedException">It cannot be used: no such directory, no root of trust.</exception>
    UpdateRoads Open(string? directory);
}
