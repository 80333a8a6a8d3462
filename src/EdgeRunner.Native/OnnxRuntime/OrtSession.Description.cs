namespace EdgeRunner.Native.OnnxRuntime;

public sealed unsafe partial class OrtSession
{
    private void ReadDescriptions(nint session)
    {
        var api = Runtime.Api;
        nuint inputs, outputs, overridable;
        Runtime.Check(api->SessionGetInputCount(session, &inputs), "counting inputs");
        Runtime.Check(api->SessionGetOutputCount(session, &outputs), "counting outputs");
        Runtime.Check(api->SessionGetOverridableInitializerCount(session, &overridable), "counting initializers");
        Inputs = ReadAll(session, inputs, api->SessionGetInputName, api->SessionGetInputTypeInfo);
        Outputs = ReadAll(session, outputs, api->SessionGetOutputName, api->SessionGetOutputTypeInfo);
        OverridableInitializers = ReadAll(session, overridable, api->SessionGetOverridableInitializerName, api->SessionGetOverridableInitializerTypeInfo);
    }

    private OrtValueDescription[] ReadAll(
        nint session,
        nuint count,
        delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint> getType)
    {
        var all = new OrtValueDescription[count];
        for (nuint i = 0; i < count; i++)
        {
            byte* name;
            Runtime.Check(getName(session, i, Runtime.Allocator, &name), "reading a name");
            var text = Runtime.TakeText(name);
            nint type;
            Runtime.Check(getType(session, i, &type), "reading a type");
            all[i] = OrtTypeReader.TakeDescription(Runtime, text, type);
        }
        return all;
    }

    private OrtModelMetadata ReadMetadata(nint session)
    {
        var api = Runtime.Api;
        using var handle = new OrtModelMetadataHandle(api);
        nint metadata;
        Runtime.Check(api->SessionGetModelMetadata(session, &metadata), "reading metadata");
        handle.Own(metadata);
        long version;
        Runtime.Check(api->ModelMetadataGetVersion(metadata, &version), "reading metadata");
        return new OrtModelMetadata(
            Text(metadata, api->ModelMetadataGetProducerName),
            Text(metadata, api->ModelMetadataGetGraphName),
            Text(metadata, api->ModelMetadataGetGraphDescription),
            Text(metadata, api->ModelMetadataGetDomain),
            Text(metadata, api->ModelMetadataGetDescription),
            version,
            ReadCustom(metadata));
    }

    private string Text(nint metadata, delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> get)
    {
        byte* text;
        Runtime.Check(get(metadata, Runtime.Allocator, &text), "reading metadata");
        return Runtime.TakeText(text);
    }

    private Dictionary<string, string> ReadCustom(nint metadata)
    {
        byte** keys;
        long count;
        Runtime.Check(Runtime.Api->ModelMetadataGetCustomMetadataMapKeys(metadata, Runtime.Allocator, &keys, &count), "reading metadata");
        var custom = new Dictionary<string, string>((int)count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            byte* value;
            Runtime.Check(Runtime.Api->ModelMetadataLookupCustomMetadataMap(metadata, Runtime.Allocator, keys[i], &value), "reading metadata");
            custom[Runtime.TakeText(keys[i])] = Runtime.TakeText(value);
        }
        if (keys is not null)
        {
            Runtime.Check(Runtime.Api->AllocatorFree(Runtime.Allocator, keys), "freeing metadata");
        }
        return custom;
    }
}
