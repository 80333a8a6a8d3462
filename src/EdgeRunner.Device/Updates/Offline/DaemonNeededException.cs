namespace EdgeRunner.Device.Updates.Offline;

/// <summary>An update has come as far as it can without pipelines: the next step is the daemon's. Not an <see cref="UpdateFailedException"/>, because nothing has failed.</summary>
internal sealed class DaemonNeededException() : Exception("the next step needs pipelines that run");
