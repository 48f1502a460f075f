"""Result types of every pair of dtypes, casts, creation, and random numbers, which must be torch's bit for bit."""
import itertools

import torch

from .elementwise import BINARY, COMPARE, UNARY
from harness import Family, Rows, call, encode

DTYPES = ["bool", "uint8", "int32", "int64", "float32", "float64"]
A = {"bool": [1, 0, 1, 1, 0], "uint8": [7, 253, 0, 2, 200], "float": [1.5, -2, 0, 3, -0.5], "int": [7, -3, 0, 2, -8]}
B = {"bool": [1, 0, 1, 0, 1], "uint8": [2, 254, 3, 1, 5], "float": [2.5, -2, 3, 1, 0.5], "int": [2, -2, 3, 1, 5]}
NO_NUMBERS = {"maximum", "minimum", "atan2", "logicalAnd", "logicalOr", "logicalXor"}


def operand(values, dtype, scalar=False):
    data = values[dtype if dtype in values else "float" if dtype.startswith("float") else "int"]
    return torch.tensor(data[0] if scalar else data).to(getattr(torch, dtype))


def outcome(op, args, kw=None):
    """The dtype, and the values where they are no floats; or that torch threw."""
    try:
        results = call(op, args, kw or {})
    except (RuntimeError, TypeError, ZeroDivisionError, NotImplementedError, IndexError):
        return "error"
    results = results if isinstance(results, torch.Tensor) else results[0]
    return str(results.dtype)[6:] if results.is_floating_point() else encode(results)


def promotion():
    cases = []
    for op in [*BINARY, *COMPARE, "where", "cat"]:
        for a, forms in itertools.product(DTYPES, ("tt", "ts", "st")):
            if op == "cat" and forms != "tt":
                continue
            row = []
            for b in DTYPES:
                x, y = operand(A, a, forms[0] == "s"), operand(B, b, forms[1] == "s")
                if op in ("floorDivide", "remainder", "fmod") and b == "bool":
                    y = torch.ones_like(y)
                row.append(outcome(op, [[x, y]] if op == "cat" else [torch.tensor([True, False, True, False, True]), x, y] if op == "where" else [x, y]))
            cases.append({"n": "%s %s %s" % (op, a, forms), "op": op, "a": a, "form": forms, "r": row})
        if op in NO_NUMBERS or op in ("where", "cat"):
            continue
        for a, forms in itertools.product(DTYPES, ("tn", "nt") if op != "fmod" else ("tn",)):
            row = []
            for number in (2, 2.5, -1):
                x = operand(B if forms == "nt" else A, a)
                if forms == "nt" and a == "bool":
                    x = torch.ones_like(x)
                row.append(outcome(op, [x, number] if forms == "tn" else [number, x]))
            cases.append({"n": "%s %s %s" % (op, a, forms), "op": op, "a": a, "form": forms, "r": row})
    for op in ("add_", "sub_", "mul_", "div_", "pow_", "copy_"):
        for a in DTYPES:
            cases.append({"n": "%s %s" % (op, a), "op": op, "a": a, "form": "tt", "r": [outcome(op, [operand(A, a), operand(B, b)]) for b in DTYPES if not (op == "copy_" and a == "uint8" and b.startswith("float"))]})
    singles = [(op, []) for op in UNARY] + [
        ("sum", []), ("mean", []), ("prod", []), ("amax", []), ("amin", []), ("max", []), ("min", []), ("max", [0]), ("argmax", []), ("any", []), ("all", []), ("cumsum", [0]), ("cumprod", [0]), ("var", []), ("std", []),
        ("norm", []), ("softmax", [0]), ("logSoftmax", [0]), ("median", []), ("sort", [0]), ("unique", []), ("countNonzero", []), ("logsumexp", [0]), ("clamp", [0, 2]), ("clamp", [0.5, 2.5]), ("gelu", []), ("silu", []), ("elu", []), ("softplus", []),
        ("flip", [[0]]), ("tril", []), ("isclose", "same"), ("matmul", "same"), ("topk", [2]), ("nonzero", []), ("dropout", [0.0]), ("leakyRelu", []), ("hardtanh", []), ("normalize", "row"), ("roll", [1, 0]), ("repeatInterleave", [2]),
    ]
    for op, more in singles:
        def arguments(a):
            x = operand(A, a)
            if op == "tril":
                return [x.reshape(5, 1)]
            return [x, x] if more == "same" else [x.reshape(1, 5)] if more == "row" else [x] + more
        cases.append({"n": "%s %s" % (op, more), "op": op, "form": "same" if more == "same" else "row" if more == "row" else "column" if op == "tril" else "one", "more": more if isinstance(more, list) else [], "r": [outcome(op, arguments(a)) for a in DTYPES]})
    for a in DTYPES:
        cases.append({"n": "to from %s" % a, "op": "to", "a": a, "form": "to", "r": [outcome("to", [operand(A if not (a.startswith("float") and b == "uint8") else {"float": [1.5, 200.7, 0, 3, 0.5]}, a), b]) for b in DTYPES]})
    return cases


def creation():
    f = Family("creation")
    f.kind = "bits"
    add = lambda op, args, kw=None: f.program([], [["y", op, args, kw or {}]], ["y"], name=op, only64=True, exact=True)
    for args in ([5], [0], [2, 7], [7, 2, -1], [0, 1, 0.1], [1, 2, 0.3], [-3, 3.5], [0.5], [10, 0, -3], [1e-3, 1, 0.09], [3, 3], [5, 2], [0, 1, 0]):
        for kw in ({}, {"dtype": "float64"}, {"dtype": "int32"}, {"dtype": "float32"}):
            if not (kw.get("dtype") == "int32" and any(a != int(a) for a in args)):
                add("arange", args, kw)
    for args in ([0, 1, 5], [0, 1, 11], [-3, 7, 4], [1, 1, 3], [0, 1, 1], [0, 1, 0], [5, -5, 7], [0.1, 0.9, 100], [1e-3, 1e3, 33], [0, 10, 6]):
        for kw in ({}, {"dtype": "float64"}, {"dtype": "int64"}):
            if not (kw.get("dtype") == "int64" and any(a != int(a) for a in args)):
                add("linspace", args, kw)
    for args in ([3], [2, 4], [4, 2], [0], [3, 0]):
        add("eye", args)
        add("eye", args, {"dtype": "int64"})
    for dtype in DTYPES:
        add("zeros", [[2, 3]], {"dtype": dtype})
        add("ones", [[0, 3]], {"dtype": dtype})
        add("ones", [[2]], {"dtype": dtype})
        add("full", [[2, 2], 3], {"dtype": dtype})
        if dtype.startswith("float"):
            add("full", [[], 2.7], {"dtype": dtype})
    for args in ([[3], -1], [[2, -1]], [[1.5]]):
        add("zeros", args[:1])
    return f


def randoms():
    f = Family("random")
    f.kind = "bits"
    count = itertools.count()

    def add(steps, out=("y",), seed=None):
        seed = [0, 42, 7, 123456789][next(count) % 4] if seed is None else seed
        f.program([], [["s", "manualSeed", [seed], {}]] + steps + [["z", "rand", [[1]], {}]], [*out, "z"], name=steps[-1][1], only64=True, exact=True)

    y = {"$": "y"}
    for op in ("rand", "randn"):
        for shape in ([1], [5], [15], [16], [17], [31], [3, 5, 7], [0], [], [1000]):
            for kw in ({}, {"dtype": "float64"}):
                if not (kw and shape == [1000]):
                    add([["y", op, [shape], kw]])
    for args in ([10, [20]], [-5, 5, [7, 3]], [0, 2, [17]], [0, 2**40, [9]], [3, 4, [4]], [0, 2**31, [16]]):
        add([["y", "randint", args, {}]])
    for n in (0, 1, 2, 10, 100, 1000):
        add([["y", "randperm", [n], {}]])
    for shape in ([3], [4, 5], [7, 11]):
        for dtype in ("float32", "float64"):
            for op, args in (("uniform_", []), ("uniform_", [-2, 3]), ("normal_", []), ("normal_", [1.5, 0.3]), ("bernoulli_", []), ("bernoulli_", [0.2]), ("exponential_", []), ("exponential_", [2.5]), ("random_", [5]), ("random_", [-3, 9])):
                add([["y", "zeros", [shape], {"dtype": dtype}], ["y", op, [y] + args, {}]])
            for op, args in (("uniform_", []), ("normal_", [])):
                if len(shape) == 2:
                    add([["y", "zeros", [shape], {"dtype": dtype}], ["t", "transpose", [y, 0, 1], {}], ["t", op, [{"$": "t"}] + args, {}]])
                    add([["y", "zeros", [shape], {"dtype": dtype}], ["t", "select", [y, 1, 0], {}], ["t", op, [{"$": "t"}] + args, {}]])
    for dtype in ("float32", "float64"):
        for shape in ([6], [2, 3, 4], [3, 5, 2, 2], [33]):
            ones = ["x", "ones", [shape], {"dtype": dtype}]
            for p in (0.5, 0.1, 0.9):
                add([ones, ["y", "dropout", [{"$": "x"}, p, True], {}]])
            add([ones, ["y", "dropout", [{"$": "x"}, 0.3, False], {}]])
            if len(shape) > 2:
                add([ones, ["y", "dropout1d" if len(shape) == 3 else "dropout2d", [{"$": "x"}, 0.4, True], {}]])
        p = [["p", "rand", [[4, 6]], {"dtype": dtype}]]
        add(p + [["y", "bernoulli", [{"$": "p"}], {}]])
        add(p + [["y", "multinomial", [{"$": "p"}, 3], {}]])
        add(p + [["y", "multinomial", [{"$": "p"}, 1], {}]])
        add(p + [["y", "multinomial", [{"$": "p"}, 9], {"replacement": True}]])
        add(p + [["y", "normal", [{"$": "p"}, 2.0], {}]])
    add([["y", "normal", [0.5, 2.0, [3, 4]], {}]])
    for seed in (0, 42):
        for shape in ([8, 6], [3, 4, 3, 3], [50, 20]):
            for op, args, kw in (
                ("uniform_", [], {}), ("uniform_", [-0.1, 0.4], {}), ("normal_", [], {}), ("normal_", [0, 0.02], {}), ("xavierUniform_", [], {}), ("xavierUniform_", [], {"gain": 1.7}), ("xavierNormal_", [], {}), ("xavierNormal_", [], {"gain": 0.5}),
                ("kaimingUniform_", [], {}), ("kaimingUniform_", [], {"mode": "fan_out", "nonlinearity": "relu"}), ("kaimingUniform_", [], {"a": 5**0.5}), ("kaimingNormal_", [], {}), ("kaimingNormal_", [], {"mode": "fan_out", "nonlinearity": "tanh"}),
                ("truncNormal_", [], {}), ("truncNormal_", [0, 0.02], {}), ("truncNormal_", [0, 1, 1, 3], {}), ("constant_", [0.3], {}), ("zeros_", [], {}), ("ones_", [], {}), ("sparse_", [0.3], {}), ("eye_", [], {}), ("dirac_", [], {}),
            ):
                if op in ("sparse_", "eye_") and len(shape) != 2 or op == "dirac_" and len(shape) != 4:
                    continue
                add([["y", "zeros", [shape], {"dtype": "float64" if seed and shape == [8, 6] else "float32"}], ["y", "init." + op, [y] + args, kw]], seed=seed)
        for name, args, kw in (
            ("Linear", [784, 256], {}), ("Linear", [7, 3], {"bias": False}), ("Linear", [1, 1], {}), ("Linear", [16, 10], {"dtype": "float64"}), ("Conv2d", [1, 32, 3], {}), ("Conv2d", [4, 6, [3, 2]], {"groups": 2}), ("Conv2d", [3, 8, 5], {"bias": False}),
            ("Embedding", [100, 16], {}), ("Embedding", [10, 3], {"paddingIdx": 2}), ("BatchNorm1d", [5], {}), ("BatchNorm2d", [3], {"affine": False}), ("LayerNorm", [[4, 3]], {}), ("PReLU", [], {}),
        ):
            add([["y", "layer", [name, args, kw], {}]], seed=seed)
    return f


def families():
    return [Rows("result types", "promotion", promotion()), creation(), randoms()]
