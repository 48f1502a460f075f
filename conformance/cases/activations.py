"""Activations: functions, at their kinks, at the edges of the number range, and with every option."""
import torch
import torch.nn.functional as F

from harness import OPS, Family


def ref(*indices):
    return [{"$": i} for i in indices]


def soft(name):
    return lambda x, dim=None, dtype=None: getattr(F, name)(x, dim, dtype=dtype)


OPS.update({
    "softmax": soft("softmax"), "logSoftmax": soft("log_softmax"), "softmin": soft("softmin"),
    "threshold": F.threshold, "hardshrink": F.hardshrink, "softshrink": F.softshrink, "rrelu": F.rrelu, "gumbelSoftmax": F.gumbel_softmax,
    "hardtanh": F.hardtanh, "leakyRelu": F.leaky_relu, "relu6": F.relu6, "softplus": F.softplus, "logsigmoid": F.logsigmoid,
})

# Name, options, arguments by position, where torch's float64 has constants of float32.
FUNCTIONS = [
    ("relu", {}, []), ("relu6", {}, []), ("gelu", {}, []), ("gelu", {"approximate": "tanh"}, []), ("silu", {}, []), ("mish", {}, []), ("selu", {}, []),
    ("elu", {}, []), ("elu", {}, [0.7]), ("elu", {"alpha": 1.3}, []), ("elu", {}, [-0.5]), ("celu", {}, []), ("celu", {}, [1.7]), ("celu", {"alpha": 0.4}, []),
    ("leakyRelu", {}, []), ("leakyRelu", {}, [0.3]), ("leakyRelu", {"negativeSlope": -0.2}, []), ("leakyRelu", {}, [0]),
    ("hardtanh", {}, []), ("hardtanh", {}, [-0.5, 2.25]), ("hardtanh", {"minVal": 0.25}, []), ("hardtanh", {}, [-2, 3]), ("hardtanh", {"minVal": -0.5, "maxVal": 0.5}, []), ("hardtanh", {}, [1, 1]),
    ("hardswish", {}, []), ("hardsigmoid", {}, []), ("softplus", {}, []), ("softplus", {}, [2, 5]), ("softplus", {"beta": 0.5, "threshold": 2}, []), ("softplus", {"threshold": 1}, []),
    ("softsign", {}, []), ("logsigmoid", {}, []), ("tanhshrink", {}, []), ("threshold", {}, [0.5, -1.5]), ("threshold", {}, [-1, 2]), ("threshold", {"value": 0.25, "threshold": 1}, []),
    ("hardshrink", {}, []), ("hardshrink", {}, [1.5]), ("hardshrink", {"lambd": 0}, []), ("hardshrink", {}, [-1]), ("softshrink", {}, []), ("softshrink", {}, [1.5]), ("softshrink", {"lambd": 0}, []),
    ("rrelu", {}, []), ("rrelu", {}, [0.2, 0.4]), ("rrelu", {"lower": 0.05}, []), ("tanh", {}, []), ("sigmoid", {}, []),
]
# At NaN torch's vectorised gradients differ from its others: these get no NaN.
NO_NAN = ("elu", "selu", "celu", "hardswish", "relu6", "hardtanh", "hardsigmoid", "hardshrink", "softshrink", "leakyRelu", "relu", "threshold", "rrelu")


def functions():
    f = Family("activation")
    for op, kw, args in FUNCTIONS:
        more = {"tol": 1e-7} if op in ("celu", "hardsigmoid") else {}
        f.add(op, [f.x(f.shape(2), "n")], ref(0) + args, kw, gg=True, **more)
        f.add(op, [f.x(f.shape(), "w")], ref(0) + args, kw, gg=True, **more)
        f.add(op, [f.x([27], "t")], ref(0) + args, kw, gg=True, **more)  # whole numbers: the kinks
        f.add(op, [f.x([30], "v" if op in NO_NAN else "s", "c")], ref(0) + args, kw, **more)
    for shape, n in (([2, 3, 4], 3), ([5], 1), ([3, 1], 1), ([4, 5, 2, 2], 5), ([2, 3], 1), ([0, 3], 3), ([2, 0], 1), ([], 1), ([1, 1], 1)):
        f.add("prelu", [f.x(shape), f.x([n], "n", "c")], gg=True)
    f.add("prelu", [f.x([3, 2], "t"), f.x([2])])  # at 0 torch's second derivative takes the other side
    f.add("prelu", [f.x([3, 7], "v"), f.x([7])])
    f.add("prelu", [f.x([4]), f.x([])], gg=True)
    for shape, dim in (([4, 3], 0), ([3, 6], -1), ([2, 4, 3], 1), ([0, 4], 1), ([3, 5], 1), ([2], 0), ([], 0), ([4], 1), ([2, 0], 1)):
        f.add("glu", [f.x(shape)], ref(0) + [dim], gg=True)
    f.add("glu", [f.x([4, 3])], None, {"dim": 0}, gg=True)
    f.add("glu", [f.x([3, 4])], gg=True)
    return f


def softmaxes():
    f = Family("softmax")
    for op in ("softmax", "logSoftmax", "softmin"):
        for shape in ([7], [3, 5], [2, 3, 4], [1, 1], [2, 1, 5], [0, 3], [3, 0], [2, 2, 2, 3]):
            for dim in range(-1, len(shape)):
                f.add(op, [f.x(shape, f.choose.choice("nw"))], ref(0) + [dim], gg=True)
        f.add(op, [f.x([3, 4])], None, {"dim": 0}, gg=True)
        f.add(op, [f.x([3, 4])], ref(0) + [1], {"dtype": "float32"}, tol=1e-6)
        f.add(op, [f.x([3, 4], "i5", d="int32")], None, {"dim": 1, "dtype": "float32"})
        f.add(op, [f.x([3, 4], "i5")], ref(0) + [1])
        f.add(op, [f.x([], "n", "c")], ref(0) + [0], gg=True)
        f.add(op, [f.x([3, 4], "s", "c")], ref(0) + [1])
        for dim in (2, -3):
            f.add(op, [f.x([3, 4])], ref(0) + [dim])
        f.add(op, [f.x([])], ref(0) + [1])
        for n in range(5):  # the old rule for a dim that is not given
            f.add(op, [f.x([2, 3, 2, 2][:n])], gg=True)
    for shape, kw in (([4, 3], {}), ([4, 3], {"tau": 0.5}), ([4, 3], {"dim": 0}), ([2, 3, 4], {"tau": 2, "hard": True, "dim": 1}), ([17], {"hard": True}), ([0, 3], {}), ([3, 1], {"hard": True}), ([3, 0], {}), ([3], {"dim": 1}), ([5], {"eps": 0.5})):
        f.add("gumbelSoftmax", [f.x(shape)], None, kw, gg=True)
        f.add("gumbelSoftmax", [f.x(shape, "n", "r")], None, kw)
    f.add("gumbelSoftmax", [f.x([3, 4])], ref(0) + [0.7, True], {"dim": 0})
    f.add("gumbelSoftmax", [f.x([3, 4], "i5")])
    return f


def random_slopes():
    f = Family("rrelu")
    for shape in ([7], [3, 5], [2, 3, 4], [0, 3], [], [1], [41]):
        for args in ([], [0.2, 0.7], [0.3, 0.3], [-0.4, 0.5]):
            f.add("rrelu", [f.x(shape)], ref(0) + args, {"training": True}, gg=True)
    f.add("rrelu", [f.x([30], "v", "c")], None, {"training": True})
    f.add("rrelu", [f.x([9], "t")], ref(0) + [0.1, 0.2, True], gg=True)
    f.program([f.x([4, 5])], [["h", "mul", ref(0) + [1], {}], ["y", "rrelu", [{"$": "h"}], {"training": True, "inplace": True}]], ["y", "h"], gg=True)
    for kw in ({"lower": 0.5}, {"lower": 0.5, "upper": 0.2, "training": True}):
        f.add("rrelu", [f.x([3])], None, kw)
    return f


def refused():
    f = Family("activation refused")
    for op in ("relu", "relu6", "hardtanh", "gelu", "silu", "mish", "selu", "elu", "celu", "leakyRelu", "hardswish", "hardsigmoid", "softplus", "logsigmoid", "hardshrink", "softshrink", "rrelu", "glu", "softsign"):
        f.add(op, [f.x([4], "i5", "c")])
        f.add(op, [f.x([4], "m", "c")])
    f.add("threshold", [f.x([4], "i5", "c")], ref(0) + [1, 7])
    f.add("threshold", [f.x([4], "m", "c")], ref(0) + [0, 1])
    f.add("celu", [f.x([4])], ref(0) + [0])
    f.add("hardtanh", [f.x([4])], ref(0) + [1, -1])
    f.add("softshrink", [f.x([4])], ref(0) + [-0.5])
    f.add("gelu", [f.x([4])], None, {"approximate": "erf"})
    f.add("prelu", [f.x([2, 3]), f.x([2])])
    f.add("prelu", [f.x([2, 3]), f.x([3, 1])])
    f.add("prelu", [f.x([]), f.x([2])])
    f.add("prelu", [f.x([3], "i4"), f.x([1], "i4")])
    return f


def families():
    return [functions(), softmaxes(), random_slopes(), refused()]
