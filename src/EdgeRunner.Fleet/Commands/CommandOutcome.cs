using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Native.OnnxRuntime;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary>Runs a command and says how it ended: text or JSON on the output, one line on the error stream when it failed.</summary>
internal static class CommandOutcome
{
    internal static async Task<int> RunAsync(ParseResult parsed, bool json, Func<TextWriter, Task<int>> action)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            return await action(output).ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            return Fail(ExitCode.Usage, new FleetFailure("Usage", null, null, e.Message));
        }
        catch (NotFoundException e)
        {
            return Fail(ExitCode.Failed, new FleetFailure("NotFound", null, null, e.Message));
        }
        catch (DeclinedException e)
        {
            return Fail(ExitCode.Failed, new FleetFailure("Declined", null, null, e.Message));
        }
        catch (RepositoryException e)
        {
            return Fail(ExitCode.Failed, new FleetFailure(e.Failure.ToString(), e.Role, e.FilePath, e.Message));
        }
        catch (MetadataException e)
        {
            return Fail(ExitCode.Failed, new FleetFailure(e.Failure.ToString(), e.Role, null, e.Message));
        }
        catch (TrustException e)
        {
            return Fail(ExitCode.Failed, new FleetFailure(e.Failure.ToString(), null, null, e.Message));
        }
        catch (BundleException e)
        {
            return Fail(ExitCode.Failed, new FleetFailure(e.Reason.ToString(), null, e.File, e.Message));
        }
        catch (Exception e) when (e is KeyException or CryptoException or SealException)
        {
            return Fail(ExitCode.Failed, new FleetFailure("Key", null, null, e.Message));
        }
        catch (MqttRefusedException e)
        {
            return Fail(ExitCode.Unavailable, new FleetFailure("Broker", null, null, BrokerRights.Explain(e, "fleet")));
        }
        catch (Exception e) when (e is BrokerException or MqttException)
        {
            return Fail(ExitCode.Unavailable, new FleetFailure("Broker", null, null, e.Message));
        }
        catch (InterruptedException e)
        {
            return Fail(ExitCode.Interrupted, new FleetFailure("Interrupted", null, null, e.Message));
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (UnauthorizedAccessException e)
        {
            return Fail(ExitCode.Permission, new FleetFailure("Permission", null, null, e.Message));
        }
        catch (Exception e) when (e is IOException or OrtException or OrtLibraryException)
        {
            return Fail(ExitCode.Failed, new FleetFailure(e is IOException ? "Disk" : "OnnxRuntime", null, null, e.Message));
        }

        int Fail(int code, FleetFailure failure)
        {
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(failure, FleetJsonContext.Default.FleetFailure));
            }
            error.WriteLine(failure.Error);
            return code;
        }
    }
}
