#!/usr/bin/python3
"""Writes the tiny models of tests/assets/models/tiny: a few nodes each, one for every thing the tests need to see.

Needs Debian's python3-onnx (1.12). Repeatable byte for byte:  /usr/bin/python3 tests/assets/models/make_tiny_models.py
"""
import os
import struct

from onnx import TensorProto, TypeProto, checker, helper, save

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tiny")
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def tensor(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def write(name, nodes, inputs, outputs, initializers=(), check=True, **fields):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers), fields.pop("graph_description", None))
    properties = fields.pop("properties", None)
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=8, **{"producer_name": "edgerunner-tests", **fields})
    if properties:
        helper.set_model_props(model, properties)
    if check:
        checker.check_model(model)
    save(model, os.path.join(HERE, name + ".onnx"))


def identities():
    """One for every element type: y = x."""
    types = {
        "float32": FLOAT, "uint8": TensorProto.UINT8, "int8": TensorProto.INT8, "uint16": TensorProto.UINT16, "int16": TensorProto.INT16,
        "int32": TensorProto.INT32, "int64": INT64, "string": TensorProto.STRING, "bool": BOOL, "float16": TensorProto.FLOAT16,
        "float64": TensorProto.DOUBLE, "uint32": TensorProto.UINT32, "uint64": TensorProto.UINT64, "complex64": TensorProto.COMPLEX64,
        "complex128": TensorProto.COMPLEX128, "bfloat16": TensorProto.BFLOAT16,
    }
    for name, element_type in types.items():
        write(f"identity_{name}", [helper.make_node("Identity", ["x"], ["y"])],
              [tensor("x", element_type, ["rows", "columns"])], [tensor("y", element_type, ["rows", "columns"])])


def accumulator():
    """Stateful: total = state * gain + x, next = total. With gain 1 the output is the running sum; exact in float32 for small integers."""
    write("accumulator",
          [helper.make_node("Mul", ["state", "gain"], ["kept"]),
           helper.make_node("Add", ["kept", "x"], ["total"]),
           helper.make_node("Identity", ["total"], ["next"])],
          [tensor("x", FLOAT, ["batch", 3]), tensor("state", FLOAT, ["batch", 3]), tensor("gain", FLOAT, [])],
          [tensor("total", FLOAT, ["batch", 3]), tensor("next", FLOAT, ["batch", 3])])


def chain():
    """Two steps: doubled = x * 2, then sum over the columns. The batch is open."""
    write("double", [helper.make_node("Mul", ["x", "two"], ["doubled"])],
          [tensor("x", FLOAT, ["batch", 4])], [tensor("doubled", FLOAT, ["batch", 4])],
          [helper.make_tensor("two", FLOAT, [], [2.0])])
    write("row_sum", [helper.make_node("ReduceSum", ["values", "axes"], ["sum"], keepdims=1)],
          [tensor("values", FLOAT, ["batch", 4])], [tensor("sum", FLOAT, ["batch", 1])],
          [helper.make_tensor("axes", INT64, [1], [1])])


def transpose():
    """An output whose open dimensions have names of their own: only a run tells its shape."""
    write("transpose", [helper.make_node("Transpose", ["x"], ["turned"])],
          [tensor("x", FLOAT, ["batch", 4])], [tensor("turned", FLOAT, ["rows", "columns"])])


def kinds():
    """Inputs and outputs that are no tensors."""
    write("sequence_output", [helper.make_node("SplitToSequence", ["x"], ["parts"], axis=0)],
          [tensor("x", FLOAT, ["n", 2])], [helper.make_tensor_sequence_value_info("parts", FLOAT, None)])
    write("sequence_input", [helper.make_node("SequenceLength", ["parts"], ["count"])],
          [helper.make_tensor_sequence_value_info("parts", FLOAT, None)], [tensor("count", INT64, [])])
    optional = helper.make_optional_type_proto(helper.make_tensor_type_proto(FLOAT, [2]))
    write("optional_input", [helper.make_node("OptionalHasElement", ["maybe"], ["there"])],
          [helper.make_value_info("maybe", optional)], [tensor("there", BOOL, [])], check=False)
    map_type = TypeProto()  # onnx 1.12 has no helper for maps.
    map_type.map_type.key_type = INT64
    map_type.map_type.value_type.tensor_type.elem_type = FLOAT
    write("map_input", [helper.make_node("DictVectorizer", ["features"], ["row"], domain="ai.onnx.ml", int64_vocabulary=[1, 2])],
          [helper.make_value_info("features", map_type)], [tensor("row", FLOAT, None)], check=False)


def behaviours():
    write("nonzero", [helper.make_node("NonZero", ["x"], ["where"])],
          [tensor("x", FLOAT, [6])], [tensor("where", INT64, [1, "count"])])
    write("divide", [helper.make_node("Div", ["a", "b"], ["quotient"])],
          [tensor("a", INT64, [2]), tensor("b", INT64, [2])], [tensor("quotient", INT64, [2])])
    write("overridable", [helper.make_node("Add", ["x", "bias"], ["y"])],
          [tensor("x", FLOAT, [2]), tensor("bias", FLOAT, [2])], [tensor("y", FLOAT, [2])],
          [helper.make_tensor("bias", FLOAT, [2], [10.0, 20.0])])
    # Counts to `trips`, one loop iteration each: as long a run as a test of breaking off needs.
    body = helper.make_graph(
        [helper.make_node("Add", ["value_in", "one"], ["value_out"]), helper.make_node("Identity", ["go_in"], ["go_out"])], "body",
        [tensor("i", INT64, []), tensor("go_in", BOOL, []), tensor("value_in", FLOAT, [1])],
        [tensor("go_out", BOOL, []), tensor("value_out", FLOAT, [1])],
        [helper.make_tensor("one", FLOAT, [1], [1.0])])
    write("count", [helper.make_node("Loop", ["trips", "", "start"], ["value"], body=body)],
          [tensor("trips", INT64, []), tensor("start", FLOAT, [1])], [tensor("value", FLOAT, [1])])
    # The same with a float, as a sensor would give it: a negative or small number is a quick run, a large one lasts as long as wanted.
    write("loop", [helper.make_node("Cast", ["x"], ["counts"], to=INT64), helper.make_node("Reshape", ["counts", "none"], ["trips"]),
                   helper.make_node("Loop", ["trips", "", "start"], ["y"], body=body)],
          [tensor("x", FLOAT, [1])], [tensor("y", FLOAT, [1])],
          [helper.make_tensor("none", INT64, [0], []), helper.make_tensor("start", FLOAT, [1], [0.0])])
    # x / x is 1, and NaN for 0; 1 / x is infinite for 0.
    write("self_divide", [helper.make_node("Div", ["x", "x"], ["y"])], [tensor("x", FLOAT, [1])], [tensor("y", FLOAT, [1])])
    write("reciprocal", [helper.make_node("Reciprocal", ["x"], ["y"])], [tensor("x", FLOAT, [1])], [tensor("y", FLOAT, [1])])
    write("unknown_operator", [helper.make_node("NoSuchOperator", ["x"], ["y"])],
          [tensor("x", FLOAT, [1])], [tensor("y", FLOAT, [1])], check=False)
    write("described", [helper.make_node("Identity", ["x"], ["y"])], [tensor("x", FLOAT, [1])], [tensor("y", FLOAT, [1])],
          producer_name="maker", domain="org.example", model_version=42, doc_string="a model with everything said",
          graph_description="its graph", properties={"unit": "mV", "näme": "värde"})


def external():
    """y = x + weights, where the weights are in a file beside the model."""
    weights = TensorProto(name="weights", data_type=FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", "external_weights.bin"), ("offset", "0"), ("length", "16")):
        entry = weights.external_data.add()
        entry.key, entry.value = key, value
    write("external", [helper.make_node("Add", ["x", "weights"], ["y"])], [tensor("x", FLOAT, [4])], [tensor("y", FLOAT, [4])],
          [weights], check=False)
    with open(os.path.join(HERE, "external_weights.bin"), "wb") as file:
        file.write(struct.pack("<4f", 1, 2, 3, 4))


if __name__ == "__main__":
    os.makedirs(HERE, exist_ok=True)
    for make in (identities, accumulator, chain, transpose, kinds, behaviours, external):
        make()
