namespace EdgeRunner.Device.Health;

/// <summary>Another daemon uses the same state directory. Nothing of it was touched.</summary>
internal sealed class InstanceLockedException(string stateDirectory, int? holder, Exception inner)
    : Exception(
        $"another edgerunner{(holder is null ? "" : $" (process {holder})")} is using {stateDirectory}; " +
        "stop it first (systemctl stop edgerunner), or give this one its own storage.stateDirectory",
        inner);
