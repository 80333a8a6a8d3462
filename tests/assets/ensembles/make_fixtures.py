#!/usr/bin/python3
"""Writes the ensemble fixtures: what scikit-learn's own ensembles answer, and the same ensembles as graphs of EdgeRunner steps.

One folder for each ensemble:
  model.json          a manifest whose graph has one onnx step for each member and one of our ensemble steps; its golden case is below
  m1.onnx, m2.onnx .. the members, without the ensemble's own arithmetic (meta.onnx: the meta-model of a stack)
  x.npy               rows that were not trained on, float32
  label.npy, probabilities.npy, scores.npy, mean.npy
                      what scikit-learn (not ONNX Runtime) answered for them: predict as int64, the rest rounded to float32

Needs Debian's python3-sklearn (1.2.1) and python3-onnx (1.12); one thread, so that the files are the same, byte for byte:
  /usr/bin/python3 tests/assets/ensembles/make_fixtures.py            writes the folders beside this file
  /usr/bin/python3 tests/assets/ensembles/make_fixtures.py --check    writes them elsewhere and compares
"""
import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import filecmp
import json
import sys
import tempfile
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn import datasets, ensemble
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20261121
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64

# A member computes in float32 what scikit-learn computes in float64. A row whose two best classes are closer than this is one on which
# the two may rightly differ; exact ties, which the tie rule decides, are no such rows.
MARGIN = 1e-5


# ---------------------------------------------------------------- members as ONNX files
class Graph:
    """One member: input x[N, width]."""

    def __init__(self, width):
        self.nodes, self.initializers, self.outputs, self.width = [], [], [], width

    def name(self):
        return f"t{len(self.nodes) + len(self.initializers)}"

    def const(self, values, dtype=np.float32):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype), f"c{len(self.initializers)}"))
        return self.initializers[-1].name

    def op(self, op, *inputs, out=None, domain="", **attributes):
        out = out or self.name()
        self.nodes.append(helper.make_node(op, list(inputs), [out], domain=domain, **attributes))
        return out

    def output(self, name, value, shape, element_type=FLOAT):
        self.op("Identity", value, out=name)
        self.outputs.append(helper.make_tensor_value_info(name, element_type, shape))

    def save(self, path):
        graph = helper.make_graph(
            self.nodes, "member", [helper.make_tensor_value_info("x", FLOAT, ["N", self.width])], self.outputs, self.initializers)
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 2)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="edgerunner-ensembles")
        onnx.checker.check_model(model)
        onnx.save(model, path)


def float32_below(values):
    """Largest float32 not above each value: scikit-learn compares a float32 feature with a float64 threshold, ONNX Runtime with a float32 one."""
    rounded = np.asarray(values, np.float64).astype(np.float32)
    return np.where(rounded.astype(np.float64) > values, np.nextafter(rounded, np.float32(-np.inf)), rounded).astype(np.float32)


def trees(graph, parts, targets):
    """Sum of trees: parts has (tree, weights[node, target]). Always a TreeEnsembleRegressor: the two-class path of ONNX Runtime's
    TreeEnsembleClassifier picks threshold and columns by the signs of the weights."""
    nodes = {key: [] for key in ("nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes",
                                 "nodes_truenodeids", "nodes_falsenodeids")}
    leaves = {key: [] for key in ("target_treeids", "target_nodeids", "target_ids", "target_weights")}
    for i, (tree, weights) in enumerate(parts):
        is_leaf = tree.children_left < 0
        nodes["nodes_treeids"] += [i] * len(is_leaf)
        nodes["nodes_nodeids"] += range(len(is_leaf))
        nodes["nodes_featureids"] += np.where(is_leaf, 0, tree.feature).tolist()
        nodes["nodes_values"] += float32_below(np.where(is_leaf, 0.0, tree.threshold)).tolist()
        nodes["nodes_modes"] += ["LEAF" if leaf else "BRANCH_LEQ" for leaf in is_leaf]
        nodes["nodes_truenodeids"] += np.where(is_leaf, 0, tree.children_left).tolist()
        nodes["nodes_falsenodeids"] += np.where(is_leaf, 0, tree.children_right).tolist()
        for node in np.nonzero(is_leaf)[0]:
            for target in np.nonzero(weights[node])[0]:
                leaves["target_treeids"].append(i)
                leaves["target_nodeids"].append(int(node))
                leaves["target_ids"].append(int(target))
                leaves["target_weights"].append(float(weights[node, target]))
    return graph.op("TreeEnsembleRegressor", "x", domain="ai.onnx.ml", n_targets=targets, aggregate_function="SUM", post_transform="NONE",
                    **nodes, **leaves)


def tree_probabilities(tree):
    counts = tree.value[:, 0, :]
    return counts / counts.sum(axis=1, keepdims=True)


def from_scores(graph, scores, classes):
    """Probabilities; with two classes scikit-learn's models have one score, that of class 1."""
    if classes > 2:
        return graph.op("Softmax", scores, axis=1)
    yes = graph.op("Sigmoid", scores)
    return graph.op("Concat", graph.op("Sub", graph.const([1.0]), yes), yes, axis=1)


def class_outputs(graph, probabilities, classes):
    graph.output("probabilities", probabilities, ["N", classes])
    graph.output("label", graph.op("ArgMax", probabilities, axis=1, keepdims=0), ["N"], INT64)


def split(model):
    """The scaler, if there is one, and the model behind it."""
    return (model[0], model[-1]) if hasattr(model, "steps") else (None, model)


def scaled(graph, scaler):
    if scaler is None:
        return "x"
    return graph.op("Div", graph.op("Sub", "x", graph.const(scaler.mean_)), graph.const(scaler.scale_))


def classifier(model, width):
    """A fitted classifier with its scaler as a member file with outputs probabilities[N, K] (where it has them) and label[N]."""
    graph = Graph(width)
    scaler, model = split(model)
    classes = len(model.classes_)
    assert list(model.classes_) == list(range(classes)), "members answer with class indices"
    if isinstance(model, DecisionTreeClassifier):
        class_outputs(graph, trees(graph, [(model.tree_, tree_probabilities(model.tree_))], classes), classes)
    elif isinstance(model, ensemble.RandomForestClassifier):
        parts = [(e.tree_, tree_probabilities(e.tree_) / len(model.estimators_)) for e in model.estimators_]
        class_outputs(graph, trees(graph, parts, classes), classes)
    elif isinstance(model, MLPClassifier):
        x = scaled(graph, scaler)
        for i, (weights, bias) in enumerate(zip(model.coefs_, model.intercepts_)):
            x = graph.op("Gemm", x, graph.const(weights), graph.const(bias))
            x = graph.op("Relu", x) if i + 1 < len(model.coefs_) else x
        class_outputs(graph, from_scores(graph, x, classes), classes)
    else:
        x = graph.op("Gemm", scaled(graph, scaler), graph.const(model.coef_.T), graph.const(model.intercept_))
        if isinstance(model, RidgeClassifier):
            graph.output("label", graph.op("ArgMax", x, axis=1, keepdims=0), ["N"], INT64)
        else:
            class_outputs(graph, from_scores(graph, x, classes), classes)
    return graph


def regressor(model, width):
    graph = Graph(width)
    scaler, model = split(model)
    if isinstance(model, DecisionTreeRegressor):
        y = trees(graph, [(model.tree_, model.tree_.value[:, :, 0])], 1)
    else:
        y = graph.op("Gemm", scaled(graph, scaler), graph.const(model.coef_.reshape(-1, 1)), graph.const([model.intercept_]))
    graph.output("value", y, ["N", 1])
    return graph


def stage(estimators, width):
    """One boosting stage: a regression tree for each score."""
    graph, count = Graph(width), len(estimators)
    parts = []
    for k, estimator in enumerate(estimators):
        weights = np.zeros((estimator.tree_.node_count, count))
        weights[:, k] = estimator.tree_.value[:, 0, 0]
        parts.append((estimator.tree_, weights))
    graph.output("score", trees(graph, parts, count), ["N", count])
    return graph


# ---------------------------------------------------------------- data
def rows(x, y, count):
    """Training and held-out rows. float32 values in float64 arrays: scikit-learn sees what the device sees, and computes in float64."""
    x = x.astype(np.float32).astype(np.float64)
    x_train, x_test, y_train, _ = train_test_split(x, y, test_size=count, random_state=SEED, stratify=y if len(set(y)) <= 10 else None)
    return x_train, y_train, x_test


def load(name):
    x, y = {"iris": datasets.load_iris, "wine": datasets.load_wine, "digits": datasets.load_digits}[name.split("-")[0]](return_X_y=True)
    count = {"iris": 60, "wine": 60, "digits": 120}[name.split("-")[0]]
    if name == "wine-binary":
        y = (y == 1).astype(int)
    elif name == "digits-binary":
        keep = (y == 3) | (y == 8)
        x, y = x[keep], (y[keep] == 8).astype(int)
    elif name == "iris-width":
        x, y = x[:, :3], x[:, 3]
    return rows(x, y, count)


# ---------------------------------------------------------------- the fixtures
class Fixture:
    def __init__(self, out, name, x, about):
        self.name, self.x, self.about, self.path = name, x, about, os.path.join(out, name)
        self.graph, self.outputs, self.golden, self.notes = [], [], {}, []
        os.makedirs(self.path, exist_ok=True)
        np.save(os.path.join(self.path, "x.npy"), x.astype(np.float32))

    def member(self, index, graph, output, reads="x"):
        """Writes a member and adds its step; returns the name of its result."""
        file, made = f"m{index}.onnx", f"{output[0]}{index}"
        graph.save(os.path.join(self.path, file))
        self.graph.append({"step": "onnx", "name": f"m{index}", "file": file, "inputs": {"x": reads}, "outputs": {output: made}})
        return made

    def step(self, kind, **members):
        self.graph.append({"step": kind, "name": "ensemble", **members})

    def expect(self, name, values):
        values = np.ascontiguousarray(values, np.int64 if name == "label" else np.float32)
        np.save(os.path.join(self.path, f"{name}.npy"), values)
        self.outputs.append({"name": name, "type": str(values.dtype), "shape": list(values.shape)})
        self.golden[name] = f"{name}.npy"

    def clear(self, scores):
        """Fails when a row is so close that float32 could tip it."""
        top = np.sort(scores, axis=1)
        gap = (top[:, -1] - top[:, -2]).min()
        assert gap > MARGIN, f"{self.name}: the closest row has a margin of {gap}; change the seed"

    def write(self):
        manifest = {
            "format": 1, "name": self.name, "version": "1.0.0", "license": "BSD-3-Clause", "description": self.about,
            "inputs": [{"name": "x", "type": "float32", "shape": list(self.x.shape)}],
            "outputs": self.outputs,
            "graph": self.graph,
            "golden": [{"name": "scikit-learn", "inputs": {"x": "x.npy"}, "outputs": self.golden, "rtol": 1e-6, "atol": 1e-5}],
        }
        with open(os.path.join(self.path, "model.json"), "w", encoding="utf-8", newline="\n") as file:
            json.dump(manifest, file, indent=2)
            file.write("\n")
        print(f"{self.name:32} {self.about}{''.join('; ' + note for note in self.notes)}")


def logistic():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, random_state=SEED))


def network(*hidden):
    return make_pipeline(StandardScaler(), MLPClassifier(hidden, max_iter=300, random_state=SEED))


def tree(depth, seed=SEED):
    return DecisionTreeClassifier(max_depth=depth, random_state=seed)


def forest():
    return ensemble.RandomForestClassifier(6, max_depth=4, random_state=SEED)


def check_members(fixture, members, x):
    """Hard votes are only as sure as the labels of the members; a tie inside a tree's leaf is exact in float32 too."""
    for member in members:
        inner = split(member)[1]
        if not isinstance(inner, DecisionTreeClassifier):
            fixture.clear(member.decision_function(x) if isinstance(inner, RidgeClassifier) else member.predict_proba(x))


def voting(out, data, name, voters, hard, weights=None):
    x_train, y_train, x = load(data)
    model = ensemble.VotingClassifier([(f"m{i}", v) for i, v in enumerate(voters)], voting="hard" if hard else "soft", weights=weights)
    model.fit(x_train, y_train)
    fixture = Fixture(out, name, x, f"VotingClassifier({'hard' if hard else 'soft'}) of {len(voters)} on {data}")
    made = [fixture.member(i + 1, classifier(e, x.shape[1]), "label" if hard else "probabilities") for i, e in enumerate(model.estimators_)]
    extra = {} if weights is None else {"weights": weights}
    if hard:
        check_members(fixture, model.estimators_, x)
        counts = np.stack([np.bincount(row, weights=weights, minlength=len(model.classes_)) for row in model.transform(x)])
        top = np.sort(counts, axis=1)
        ties = int((top[:, -1] == top[:, -2]).sum())
        assert ties > 0, f"{name}: no row is tied, so it says nothing of the tie rule"
        fixture.notes.append(f"{ties} ties")
        fixture.step("vote" if weights is None else "weighted-vote", inputs=made, **extra, classes=len(model.classes_), rule="plurality",
                     tie="lowest-class", label="label")
    else:
        fixture.clear(model.predict_proba(x))
        fixture.step("soft-vote", inputs=made, **extra, label="label", probabilities="probabilities")
        fixture.expect("probabilities", model.predict_proba(x))
    fixture.expect("label", model.predict(x))
    fixture.write()


def stacking(out, data, name, members, final, passthrough):
    x_train, y_train, x = load(data)
    model = ensemble.StackingClassifier([(f"m{i}", m) for i, m in enumerate(members)], final, stack_method="predict_proba", cv=3, passthrough=passthrough)
    model.fit(x_train, y_train)
    fixture = Fixture(out, name, x, f"StackingClassifier(passthrough={passthrough}) of {len(members)} on {data}")
    fixture.clear(model.predict_proba(x))
    made = [fixture.member(i + 1, classifier(e, x.shape[1]), "probabilities") for i, e in enumerate(model.estimators_)]
    classifier(model.final_estimator_, model.transform(x).shape[1]).save(os.path.join(fixture.path, "meta.onnx"))
    extra = {"dropFirst": True} if len(model.classes_) == 2 else {}
    extra.update({"features": "x"} if passthrough else {})
    fixture.step("stack", inputs=made, **extra, file="meta.onnx", input="x", outputs={"label": "label", "probabilities": "probabilities"})
    fixture.expect("label", model.predict(x))
    fixture.expect("probabilities", model.predict_proba(x))
    fixture.write()


def gradient_boosting(out, data, name, stages, rate, **settings):
    x_train, y_train, x = load(data)
    model = ensemble.GradientBoostingClassifier(n_estimators=stages, learning_rate=rate, random_state=SEED, **settings).fit(x_train, y_train)
    fixture = Fixture(out, name, x, f"GradientBoostingClassifier of {stages} stages on {data}")
    fixture.clear(model.predict_proba(x))
    made = [fixture.member(i + 1, stage(row, x.shape[1]), "score") for i, row in enumerate(model.estimators_)]
    fixture.step("boost", method="additive", inputs=made, initial=model._raw_predict_init(x[:1].astype(np.float32))[0].tolist(), learningRate=rate,
                 link="sigmoid" if len(model.classes_) == 2 else "softmax", label="label", probabilities="probabilities", scores="scores")
    fixture.expect("label", model.predict(x))
    fixture.expect("probabilities", model.predict_proba(x))
    fixture.expect("scores", model.decision_function(x).reshape(len(x), -1))
    fixture.write()


def gradient_boosting_regressor(out, data, name, stages, rate):
    x_train, y_train, x = load(data)
    model = ensemble.GradientBoostingRegressor(n_estimators=stages, learning_rate=rate, max_depth=3, random_state=SEED).fit(x_train, y_train)
    fixture = Fixture(out, name, x, f"GradientBoostingRegressor of {stages} stages on {data}")
    made = [fixture.member(i + 1, stage(row, x.shape[1]), "score") for i, row in enumerate(model.estimators_)]
    fixture.step("boost", method="additive", inputs=made, initial=[float(model.init_.constant_[0, 0])], learningRate=rate, link="none", scores="scores")
    fixture.expect("scores", model.predict(x).reshape(-1, 1))
    fixture.write()


def ada_boost(out, data, name, base, stages, method):
    x_train, y_train, x = load(data)
    algorithm = "SAMME.R" if method == "samme-r" else "SAMME"
    model = ensemble.AdaBoostClassifier(base, n_estimators=stages, algorithm=algorithm, random_state=SEED).fit(x_train, y_train)
    assert len(model.estimators_) == stages, f"{name}: only {len(model.estimators_)} estimators"
    classes = len(model.classes_)
    fixture = Fixture(out, name, x, f"AdaBoostClassifier({algorithm}) of {stages} on {data}")
    decision = model.decision_function(x).reshape(len(x), -1)
    fixture.clear(decision if classes > 2 else np.hstack([-decision, decision]) / 2)
    made = [fixture.member(i + 1, classifier(e, x.shape[1]), "label" if method == "samme" else "probabilities") for i, e in enumerate(model.estimators_)]
    # coding: scikit-learn up to 1.2 counts a vote as 1 or 0; since 1.3 as 1 or -1/(K-1).
    extra = {"weights": model.estimator_weights_.tolist(), "classes": classes, "coding": "indicator"} if method == "samme" else {}
    fixture.step("boost", method=method, inputs=made, **extra, label="label", probabilities="probabilities", scores="scores")
    fixture.expect("label", model.predict(x))
    fixture.expect("probabilities", model.predict_proba(x))
    fixture.expect("scores", decision)
    fixture.write()


def bagging(out, data, name, base, members, features, hard):
    x_train, y_train, x = load(data)
    model = ensemble.BaggingClassifier(base, n_estimators=members, max_features=features, random_state=SEED).fit(x_train, y_train)
    classes = len(model.classes_)
    fixture = Fixture(out, name, x, f"BaggingClassifier({'hard' if hard else 'soft'}) of {members} on {data}, {features:.0%} of the features each")
    made = []
    for i, (estimator, columns) in enumerate(zip(model.estimators_, model.estimators_features_), 1):
        fixture.graph.append({"step": "select", "name": f"columns{i}", "input": "x", "axis": 1, "indices": columns.tolist(), "output": f"x{i}"})
        made.append(fixture.member(i, classifier(estimator, len(columns)), "label" if hard else "probabilities", reads=f"x{i}"))
        if hard:
            check_members(fixture, [estimator], x[:, columns])
    probabilities = model.predict_proba(x)
    if hard:
        top = np.sort(np.rint(probabilities * members), axis=1)
        fixture.notes.append(f"{int((top[:, -1] == top[:, -2]).sum())} ties")
        fixture.step("vote", inputs=made, classes=classes, rule="plurality", tie="lowest-class", label="label", shares="probabilities")
    else:
        fixture.clear(probabilities)
        fixture.step("soft-vote", inputs=made, label="label", probabilities="probabilities")
    fixture.expect("label", model.predict(x))
    fixture.expect("probabilities", probabilities)
    fixture.write()


def averages(out):
    x_train, y_train, x = load("iris-width")
    members = [("a", make_pipeline(StandardScaler(), LinearRegression())), ("b", DecisionTreeRegressor(max_depth=3, random_state=SEED)),
               ("c", DecisionTreeRegressor(max_depth=2, random_state=SEED))]
    for name, weights in (("iris-average", None), ("iris-weighted-average", [3, 2, 0.5])):
        model = ensemble.VotingRegressor(members, weights=weights).fit(x_train, y_train)
        fixture = Fixture(out, name, x, "VotingRegressor of 3, petal width of iris from the other columns")
        made = [fixture.member(i + 1, regressor(e, x.shape[1]), "value") for i, e in enumerate(model.estimators_)]
        if weights is None:
            fixture.step("average", inputs=made, output="mean")
        else:
            fixture.step("weighted-average", inputs=made, weights=weights, output="mean")
        fixture.expect("mean", model.predict(x).reshape(-1, 1))
        fixture.write()


def make(out):
    plain = [logistic(), tree(1), tree(2, 1), network(4)]
    voting(out, "iris", "iris-vote", plain, hard=True)
    voting(out, "iris", "iris-weighted-vote", plain, hard=True, weights=[2, 1, 1, 2])
    voting(out, "digits", "digits-vote", [logistic(), tree(5), tree(4, 1), network(12)], hard=True)
    voting(out, "digits", "digits-weighted-vote", [logistic(), tree(5), tree(4, 1), network(12)], hard=True, weights=[1, 1, 0.5, 0.5])
    voting(out, "wine", "wine-soft-vote", [logistic(), forest(), network(6)], hard=False)
    voting(out, "wine", "wine-weighted-soft-vote", [logistic(), forest(), network(6)], hard=False, weights=[2, 1, 1])
    voting(out, "digits", "digits-weighted-soft-vote", [logistic(), forest(), network(12)], hard=False, weights=[0.5, 0.2, 0.3])

    stacking(out, "iris", "iris-stack", [logistic(), tree(3)], LogisticRegression(max_iter=1000), passthrough=False)
    stacking(out, "wine", "wine-stack-features", [logistic(), tree(3), network(6)], logistic(), passthrough=True)
    stacking(out, "wine-binary", "wine-binary-stack", [logistic(), tree(3), network(6)], LogisticRegression(), passthrough=False)
    stacking(out, "wine-binary", "wine-binary-stack-features", [logistic(), tree(3)], logistic(), passthrough=True)
    stacking(out, "digits", "digits-stack", [logistic(), forest()], LogisticRegression(max_iter=1000), passthrough=False)

    gradient_boosting(out, "iris", "iris-gradient-boost", 6, 0.3, max_depth=2)
    gradient_boosting(out, "wine", "wine-gradient-boost", 6, 0.1, max_depth=2, subsample=0.8)
    gradient_boosting(out, "digits", "digits-gradient-boost", 5, 0.5, max_depth=3)
    gradient_boosting(out, "wine-binary", "wine-binary-gradient-boost", 6, 0.2, max_depth=2)
    gradient_boosting(out, "digits-binary", "digits-binary-gradient-boost", 8, 0.3, max_depth=2)
    gradient_boosting_regressor(out, "iris-width", "iris-gradient-boost-regressor", 6, 0.3)

    for method in ("samme", "samme-r"):
        ada_boost(out, "iris", f"iris-{method}", tree(1), 6, method)
        ada_boost(out, "wine", f"wine-{method}", tree(2), 6, method)
        ada_boost(out, "digits", f"digits-{method}", tree(4), 8, method)
        ada_boost(out, "wine-binary", f"wine-binary-{method}", tree(1), 7, method)

    bagging(out, "iris", "iris-bagging", tree(3), 5, 0.5, hard=False)
    bagging(out, "wine", "wine-bagging", logistic(), 5, 0.6, hard=False)
    bagging(out, "digits", "digits-bagging", tree(6), 8, 0.5, hard=False)
    bagging(out, "wine", "wine-bagging-vote", make_pipeline(StandardScaler(), RidgeClassifier(random_state=SEED)), 6, 0.3, hard=True)
    bagging(out, "digits", "digits-bagging-vote", make_pipeline(StandardScaler(), RidgeClassifier(random_state=SEED)), 6, 0.3, hard=True)

    averages(out)


def check():
    """Whether the committed folders are what this script writes."""
    with tempfile.TemporaryDirectory() as fresh:
        make(fresh)
        differing = [os.path.relpath(os.path.join(folder, file), fresh) for folder, _, files in os.walk(fresh) for file in files
                     if not os.path.exists(old := os.path.join(HERE, os.path.relpath(os.path.join(folder, file), fresh)))
                     or not filecmp.cmp(os.path.join(folder, file), old, shallow=False)]
        surplus = [os.path.relpath(os.path.join(folder, file), HERE) for folder, _, files in os.walk(HERE) for file in files
                   if folder != HERE and not os.path.exists(os.path.join(fresh, os.path.relpath(os.path.join(folder, file), HERE)))]
    for file in sorted(differing):
        print(f"differs: {file}", file=sys.stderr)
    for file in sorted(surplus):
        print(f"not written by this script: {file}", file=sys.stderr)
    return 1 if differing or surplus else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        sys.exit(check())
    make(HERE)
