using System.Reflection;
using System.Runtime.InteropServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

/// <summary>Every slot of the function table does what its name says. Most are called by the tests of the types that use them; what is
/// here are the sanity of the table and the calls whose effect no other test would miss.</summary>
[Collection(OrtTestsCollection.Name)]
public sealed unsafe class OrtApiTests(OrtFixture ort)
{
    private readonly OrtApi* _api = ort.Runtime.Api;

    [Fact]
    public void Every_slot_is_within_version_18_is_used_once_and_is_filled()
    {
        var slots = typeof(OrtApi).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(field => field.GetCustomAttribute<FieldOffsetAttribute>()!.Value).ToArray();

        Assert.Equal(slots.Length, slots.Distinct().Count());
        Assert.All(slots, offset => Assert.Equal(0, offset % sizeof(nint)));
        // 279 is the last entry of version 18; a slot past it would read beyond the table of such a library.
        Assert.All(slots, offset => Assert.InRange(offset / sizeof(nint), 1, 279));
        Assert.All(slots, offset => Assert.NotEqual(0, *(nint*)((byte*)_api + offset)));
    }

    [Fact]
    public void Status_slots_give_code_and_message_of_a_failed_call()
    {
        nint value;
        var status = _api->CreateTensorAsOrtValue(ort.Runtime.Allocator, null, 0, 9999, &value);
        Assert.NotEqual(0, status);
        Assert.NotEqual(0, _api->GetErrorCode(status));
        Assert.NotEmpty(OrtRuntime.Text(_api->GetErrorMessage(status)));
        _api->ReleaseStatus(status);
    }

    [Theory]
    [InlineData(OrtProviderKind.Cuda)]
    [InlineData(OrtProviderKind.TensorRt)]
    public void Provider_slots_of_the_stock_library_end_in_its_own_words_for_what_is_missing(OrtProviderKind kind)
    {
        var e = Assert.Throws<OrtProviderException>(() => ort.Load("double", new OrtSessionSettings { Providers = [new OrtProvider(kind)] }));

        Assert.Equal(kind, e.Provider);
        // The x64 build lacks only the provider's own library; the arm64 build was made without it.
        Assert.Contains(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "librar" : "not enabled", e.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Session_option_slots_accept_their_arguments_and_refuse_bad_ones()
    {
        nint options;
        Ok(_api->CreateSessionOptions(&options));
        fixed (byte* text = "x"u8, key = "session.set_denormal_as_zero"u8, one = "1"u8, empty = ""u8)
        {
            Ok(_api->SetOptimizedModelFilePath(options, text));
            Ok(_api->DisableMemPattern(options));
            Ok(_api->DisableCpuMemArena(options));
            Ok(_api->SetSessionLogId(options, text));
            Ok(_api->SetSessionLogSeverityLevel(options, 2));
            Ok(_api->SetSessionGraphOptimizationLevel(options, 99));
            Ok(_api->SetIntraOpNumThreads(options, 1));
            Ok(_api->SetInterOpNumThreads(options, 1));
            Ok(_api->AddFreeDimensionOverrideByName(options, text, 1));
            Ok(_api->AddSessionConfigEntry(options, key, one));
            Ok(_api->SetDeterministicCompute(options, 1));
            Ok(_api->AddExternalInitializersFromFilesInMemory(options, null, null, null, 0));

            // Each of these would be accepted by a neighbour in the table.
            Fails(_api->SetSessionGraphOptimizationLevel(options, 77), "graph_optimization_level is not valid");
            Fails(_api->AddSessionConfigEntry(options, empty, one), "key");
        }
        _api->ReleaseSessionOptions(options);
    }

    [Fact]
    public void Run_option_slots_accept_their_arguments()
    {
        nint options;
        Ok(_api->CreateRunOptions(&options));
        Ok(_api->RunOptionsSetTerminate(options));
        Ok(_api->RunOptionsUnsetTerminate(options));
        fixed (byte* key = "memory.enable_memory_arena_shrinkage"u8, value = "cpu:0"u8)
        {
            Ok(_api->AddRunConfigEntry(options, key, value));
        }
        _api->ReleaseRunOptions(options);
    }

    [Fact]
    public void Value_kind_slot_tells_a_tensor()
    {
        using var tensor = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2);
        using var lease = tensor.Handle.Lease();
        int kind;
        Ok(_api->GetValueType(lease.Value, &kind));
        Assert.Equal((int)OrtValueKind.Tensor, kind);
    }

    private static void Ok(nint status) => Assert.Equal(0, status);

    private void Fails(nint status, string message)
    {
        Assert.NotEqual(0, status);
        Assert.Contains(message, OrtRuntime.Text(_api->GetErrorMessage(status)), StringComparison.OrdinalIgnoreCase);
        _api->ReleaseStatus(status);
    }
}
