namespace EdgeRunner.Native.OnnxRuntime;

internal sealed unsafe partial class OrtSessionOptionsBuilder
{
    private void AppendProviders(nint options, IReadOnlyList<OrtProvider> providers)
    {
        var api = _runtime.Api;
        foreach (var provider in providers)
        {
            try
            {
                switch (provider.Kind)
                {
                    case OrtProviderKind.Cuda:
                        Append(options, provider, api->CreateCUDAProviderOptions, api->UpdateCUDAProviderOptions, api->ReleaseCUDAProviderOptions, api->SessionOptionsAppendExecutionProvider_CUDA_V2);
                        break;
                    case OrtProviderKind.TensorRt:
                        Append(options, provider, api->CreateTensorRTProviderOptions, api->UpdateTensorRTProviderOptions, api->ReleaseTensorRTProviderOptions, api->SessionOptionsAppendExecutionProvider_TensorRT_V2);
                        break;
                    default:
                        throw new ArgumentException($"{provider.Kind} is no execution provider", nameof(providers));
                }
            }
            catch (OrtException e)
            {
                throw new OrtProviderException(provider.Kind, e);
            }
        }
    }

    private void Append(
        nint sessionOptions,
        OrtProvider provider,
        delegate* unmanaged[Cdecl]<nint*, nint> create,
        delegate* unmanaged[Cdecl]<nint, byte**, byte**, nuint, nint> update,
        delegate* unmanaged[Cdecl]<nint, void> release,
        delegate* unmanaged[Cdecl]<nint, nint, nint> append)
    {
        using var handle = new OrtProviderOptionsHandle(release);
        nint options;
        Check(create(&options));
        handle.Own(options);
        if (provider.Options is { Count: > 0 } pairs)
        {
            var (keys, values) = (new nint[pairs.Count], new nint[pairs.Count]);
            var i = 0;
            foreach (var (key, value) in pairs)
            {
                keys[i] = Pin(NativeText.Utf8(key));
                values[i++] = Pin(NativeText.Utf8(value));
            }
            fixed (nint* keyPointers = keys, valuePointers = values)
            {
                Check(update(options, (byte**)keyPointers, (byte**)valuePointers, (nuint)i));
            }
        }
        Check(append(sessionOptions, options));
    }
}
