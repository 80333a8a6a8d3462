namespace EdgeRunner.ModelMutants;

/// <summary>Messages of <c>onnx.proto3</c> that are changed from inside.</summary>
internal enum ProtoKind
{
    /// <summary>Left as bytes.</summary>
    Other,

    /// <summary>ModelProto.</summary>
    Model,

    /// <summary>OperatorSetIdProto.</summary>
    Opset,

    /// <summary>GraphProto.</summary>
    Graph,

    /// <summary>NodeProto.</summary>
    Node,

    /// <summary>AttributeProto.</summary>
    Attribute,

    /// <summary>TensorProto.</summary>
    Tensor,

    /// <summary>ValueInfoProto.</summary>
    ValueInfo,

    /// <summary>TypeProto.</summary>
    Type,

    /// <summary>TypeProto.Tensor.</summary>
    TensorType,

    /// <summary>TensorShapeProto.</summary>
    Shape,

    /// <summary>TensorShapeProto.Dimension.</summary>
    Dimension,
}

/// <summary>Which field of a message is which message.</summary>
internal static class ProtoKinds
{
    internal static ProtoKind Inner(this ProtoKind kind, int field) => (kind, field) switch
    {
        (ProtoKind.Model, 7) => ProtoKind.Graph,
        (ProtoKind.Model, 8) => ProtoKind.Opset,
        (ProtoKind.Graph, 1) => ProtoKind.Node,
        (ProtoKind.Graph, 5) => ProtoKind.Tensor,
        (ProtoKind.Graph, 11 or 12 or 13) => ProtoKind.ValueInfo,
        (ProtoKind.Node, 5) => ProtoKind.Attribute,
        (ProtoKind.Attribute, 5 or 10) => ProtoKind.Tensor,
        (ProtoKind.Attribute, 6 or 11) => ProtoKind.Graph,
        (ProtoKind.ValueInfo, 2) => ProtoKind.Type,
        (ProtoKind.Type, 1) => ProtoKind.TensorType,
        (ProtoKind.TensorType, 2) => ProtoKind.Shape,
        (ProtoKind.Shape, 1) => ProtoKind.Dimension,
        _ => ProtoKind.Other,
    };
}
