#!/usr/bin/python3
"""Writes the models of tests/assets/models/misbehaving: valid ONNX files that do what no device wants.

Each takes x float32[1, 4] and gives y. Needs Debian's python3-onnx (1.12). Repeatable byte for byte:
/usr/bin/python3 tests/assets/models/make_misbehaving_models.py
"""
import os

from onnx import TensorProto, checker, helper, save

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "misbehaving")
OPSETS = [helper.make_opsetid("", 17)]
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
X = helper.make_tensor_value_info("x", FLOAT, [1, 4])


def tensor(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def constant(name, element_type, shape, values):
    return helper.make_tensor(name, element_type, shape, values)


def write(name, nodes, outputs, initializers):
    graph = helper.make_graph(nodes, name, [X], outputs, initializers)
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=8, producer_name="edgerunner-tests")
    checker.check_model(model)
    save(model, os.path.join(HERE, name + ".onnx"))


def body(nodes, shape):
    """A loop body that never asks to stop: (iteration, condition, carried) -> (condition, next)."""
    return helper.make_graph(
        [helper.make_node("Identity", ["going"], ["go_on"]), *nodes], "body",
        [tensor("iteration", INT64, []), tensor("going", BOOL, []), tensor("carried", FLOAT, shape)],
        [tensor("go_on", BOOL, []), tensor("next", FLOAT, shape)])


def loop_forever():
    """No trip count, and a condition that stays true."""
    write("loop_forever",
          [helper.make_node("Loop", ["", "true", "x"], ["y"], body=body([helper.make_node("Neg", ["carried"], ["next"])], [1, 4]))],
          [tensor("y", FLOAT, [1, 4])], [constant("true", BOOL, [], [True])])


def slow():
    """Eight hundred thousand turns of a loop: some 700 ms a run on a server core, more on a board."""
    write("slow",
          [helper.make_node("Loop", ["turns", "true", "x"], ["y"], body=body([helper.make_node("Sin", ["carried"], ["next"])], [1, 4]))],
          [tensor("y", FLOAT, [1, 4])], [constant("true", BOOL, [], [True]), constant("turns", INT64, [], [TURNS])])


def not_a_number():
    """The logarithm of numbers below zero."""
    write("not_a_number",
          [helper.make_node("Abs", ["x"], ["positive"]), helper.make_node("Sub", ["minus_one", "positive"], ["negative"]),
           helper.make_node("Log", ["negative"], ["y"])],
          [tensor("y", FLOAT, [1, 4])], [constant("minus_one", FLOAT, [], [-1.0])])


def infinite():
    """One divided by zero."""
    write("infinite",
          [helper.make_node("Mul", ["x", "zero"], ["zeros"]), helper.make_node("Abs", ["zeros"], ["positive"]),
           helper.make_node("Reciprocal", ["positive"], ["y"])],
          [tensor("y", FLOAT, [1, 4])], [constant("zero", FLOAT, [], [0.0])])


def hungry_run():
    """Each run fills 800 MB of intermediate results."""
    write("hungry_run",
          [helper.make_node("Expand", ["x", "shape"], ["large"]), helper.make_node("ReduceSum", ["large", "axes"], ["y"], keepdims=1)],
          [tensor("y", FLOAT, [1, 4])], [constant("shape", INT64, [2], [50_000_000, 4]), constant("axes", INT64, [1], [0])])


def constant_of(name, rows):
    write(name,
          [helper.make_node("ConstantOfShape", ["shape"], ["large"], value=constant("value", FLOAT, [1], [1.0])),
           helper.make_node("ReduceSum", ["large", "axes"], ["sum"], keepdims=1), helper.make_node("Add", ["x", "sum"], ["y"])],
          [tensor("y", FLOAT, [1, 4])], [constant("shape", INT64, [2], [rows, 4]), constant("axes", INT64, [1], [0])])


def hungry_load():
    """A constant of 900 MB that the optimiser computes while it loads; from 1 GiB on it leaves that to the run."""
    constant_of("hungry_load", 56_000_000)


def impossible():
    """A constant of 64 GB, computed in each run: more address space than anybody gives."""
    constant_of("impossible", 4_000_000_000)


def fails_to_run():
    """Reads element 7 of 4."""
    write("fails_to_run",
          [helper.make_node("ReduceSum", ["x"], ["sum"], keepdims=0), helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
           helper.make_node("Cast", ["nothing"], ["index"], to=INT64), helper.make_node("Add", ["index", "seven"], ["outside"]),
           helper.make_node("Gather", ["x", "outside"], ["y"], axis=1)],
          [tensor("y", FLOAT, [1])], [constant("zero", FLOAT, [], [0.0]), constant("seven", INT64, [], [7])])


TURNS = 800_000

if __name__ == "__main__":
    os.makedirs(HERE, exist_ok=True)
    for make in (loop_forever, slow, not_a_number, infinite, hungry_run, hungry_load, impossible, fails_to_run):
        make()
