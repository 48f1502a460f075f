"""Activations as layers, and written over their input."""
from cases.activations import FUNCTIONS, ref
from harness import Family
from modules import Modules

IN_PLACE = ("relu", "relu6", "silu", "mish", "selu", "elu", "celu", "leakyRelu", "hardtanh", "hardswish", "hardsigmoid", "threshold", "rrelu")


def overwriting():
    f = Family("activation in place")
    for op, kw, args in FUNCTIONS:
        if op not in IN_PLACE:
            continue
        more = {"tol": 1e-7} if op in ("celu", "hardsigmoid") else {}
        if op == "threshold" and "value" not in kw and args[1] > args[0]:
            continue  # torch's gradient is wrong: it looks at the result
        for kind, shape in (("n", f.shape(2)), ("w", f.shape()), ("t", [9])):
            h = [["h", "mul", ref(0) + [1], {}], ["y", op, [{"$": "h"}] + args, {**kw, "inplace": True}]]
            f.program([f.x(shape, kind)], h, ["y", "h"], name=op, gg=True, **more)
        # over a view, whose base goes on
        f.program([f.x([4, 3])], [["h", "mul", ref(0) + [1], {}], ["v", "narrow", [{"$": "h"}, 0, 1, 2], {}], ["y", op, [{"$": "v"}] + args, {**kw, "inplace": True}]], ["y", "h"], name=op, **more)
        # what an earlier step needs is overwritten
        f.program([f.x([5])], [["h", "exp", ref(0), {}], ["y", op, [{"$": "h"}] + args, {**kw, "inplace": True}]], ["y"], name=op, **more)
        # over a leaf
        f.program([f.x([5], "n", "c")], [["y", op, ref(0) + args, {**kw, "inplace": True}]], ["y"], name=op)
    return f


def layers():
    m = Modules("activation layers")
    for name in ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid"):
        tol = {"tol": 1e-7} if name == "Hardsigmoid" else {}
        m.add(name, [], {}, [m.x([3, 5])], gg=name != "Hardsigmoid", **tol)
        m.add(name, [], {"inplace": False}, [m.x([2, 3])], **tol)
        m.add(name, [], {}, [m.x([2, 0, 3])])
        m.add(name, [True], {}, [m.x([3, 4], "n", "c", ng=True)], train=[True], **tol)
        m.add(name, [], {"inplace": True}, [m.x([3, 4], "n", "c")])  # over a leaf
    for name in ("Sigmoid", "Tanh", "LogSigmoid", "Softsign", "Tanhshrink"):
        m.add(name, [], {}, [m.x([3, 5])], gg=True)
        m.add(name, [], {}, [m.x([])], gg=True)
    for name, variants in {
        "LeakyReLU": [([], {}), ([0.2], {}), ([], {"negative_slope": 0.5}), ([0.1], {"inplace": False})],
        "ELU": [([], {}), ([0.5], {}), ([], {"alpha": 1.5})], "CELU": [([], {}), ([0.5], {}), ([], {"alpha": 1.5}), ([], {"alpha": 0.0})],
        "GELU": [([], {}), (["tanh"], {}), ([], {"approximate": "tanh"}), ([], {"approximate": "none"})],
        "Softplus": [([], {}), ([2.0], {}), ([], {"beta": 0.5, "threshold": 1.5}), ([2.0, 1.5], {})],
        "Hardtanh": [([], {}), ([-2.0, 0.5], {}), ([], {"min_val": -0.5, "max_val": 2.5}), ([], {"max_val": 0.5}), ([], {"min_val": 1.0, "max_val": 1.0}), ([], {"min_val": 2.0})],
        "Hardshrink": [([], {}), ([1.5], {}), ([], {"lambd": 0.25})], "Softshrink": [([], {}), ([1.5], {}), ([], {"lambd": 0.25}), ([], {"lambd": -1.5})],
        "Threshold": [([0.5, -1.5], {}), ([], {"threshold": 0.5, "value": 2}), ([1, 0], {"inplace": False})],
        "RReLU": [([], {}), ([0.1, 0.3], {}), ([], {"upper": 0.5}), ([], {"lower": 0.5, "upper": 0.25}), ([0.1], {"upper": 0.75})],
        "GLU": [([], {}), ([0], {}), ([], {"dim": 0}), ([], {"dim": 1})],
    }.items():
        for args, kwargs in variants:
            m.add(name, args, kwargs, [m.x([4, 6])], gg=True, **({"tol": 1e-7} if name == "CELU" else {}))
            m.add(name, args, kwargs, [m.x([3, 2] if name != "GLU" else [2, 2], "t")], train=[True], **({"tol": 1e-7} if name == "CELU" else {}))
    for name in ("Softmax", "LogSoftmax", "Softmin"):
        for args, kwargs in (([], {}), ([1], {}), ([], {"dim": 0}), ([-1], {}), ([], {"dim": 3})):
            m.add(name, args, kwargs, [m.x([3, 4])], gg=True)
    for shape in ([2, 3, 2, 2], [3, 2, 2], [2, 3], [1, 2, 2, 2, 2], [0, 3, 2, 2]):
        m.add("Softmax2d", [], {}, [m.x(shape)], gg=True)
    for args, kwargs in (([], {}), ([3], {}), ([3, 0.5], {}), ([], {"num_parameters": 3, "init": -0.5}), ([3], {"init": 0.1}), ([2], {})):
        m.add("PReLU", args, kwargs, [m.x([2, 3, 4])], gg=True)
    m.add("PReLU", [1], {}, [m.x([5])], gg=True)
    m.add("PReLU", [3], {}, [m.x([0, 3])])
    return m


def families():
    return [overwriting(), layers()]
