"""
How results lie in memory: the strides of what every operation and layer makes of inputs that are permuted, channels-last, expanded or cut.
Every third case is kept; LAYOUTS=all keeps all of them, for a look that is complete.
"""
import os

import torch

from harness import OPS, Rows, flat, resolve
from calls import call, typed
from inputs import make_input


def module(name, args, kw, *inputs):
    """A layer in training, called."""
    return getattr(torch.nn, name)(*args, **typed(kw))(*inputs)


OPS["module"] = module
LAYOUTS = {2: "crtseq", 3: "crtpseql", 4: "crtplseq", 5: "crtpl"}


def strides(case):
    env = {}
    torch.manual_seed(case["seed"])
    for i, spec in enumerate(case["in"]):
        env["x%d" % i] = make_input(spec, case["seed"] + i, torch.float32)[1]
    for target, op, args, kw in case["prog"]:
        env[target] = call(op, resolve(args, env), kw)
    return [[d if s > 1 else 0 for d, s in zip(t.stride(), t.shape)] for t in flat(env["y"]) if isinstance(t, torch.Tensor)]


class Layouts:
    def __init__(self):
        self.cases = []

    def add(self, op, inputs, args=None, kw=None):
        args = [{"$": i} for i in range(len(inputs))] if args is None else args
        case = {"n": "%s %d" % (op if op != "module" else args[0], len(self.cases)), "seed": 1000 + len(self.cases), "in": inputs, "prog": [["y", op, args, kw or {}]], "out": ["y"]}
        try:
            case["t"] = strides(case)
        except (RuntimeError, IndexError, ValueError, TypeError, NotImplementedError):
            return  # not for this layout, or not with a number
        self.cases.append(case)


def x(shape, layout="c", kind="n", **more):
    spec = {"s": list(shape), "k": kind, **more}
    return spec if layout == "c" else {**spec, "l": layout}


SHAPES = {2: [3, 4], 3: [2, 3, 4], 4: [2, 3, 4, 5], 5: [2, 3, 2, 3, 2]}
UNARY = """neg abs sign square relu floor ceil round trunc exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh tanh
asinh acosh atanh erf erfinv sigmoid logicalNot isnan isinf isfinite nanToNum logit frac sinc signbit deg2rad clone zerosLike onesLike randLike
gelu silu mish elu selu celu leakyRelu relu6 hardtanh hardswish hardsigmoid softplus softsign logsigmoid tanhshrink hardshrink softshrink rrelu
softmax logSoftmax softmin cumsum cumprod cummax logcumsumexp sort argsort flip glu normalize dropout alphaDropout featureAlphaDropout dropout1d dropout2d dropout3d""".split()
EXTRA = {"softmax": [-1], "logSoftmax": [1], "softmin": [0], "cumsum": [0], "cumprod": [1], "cummax": [1], "logcumsumexp": [0], "sort": [-1], "argsort": [0], "flip": [[0]], "glu": [-1]}
BINARY = "add sub mul div pow maximum minimum floorDivide remainder fmod atan2 eq lt logicalAnd fmax hypot logaddexp xlogy copysign mseLoss l1Loss smoothL1Loss huberLoss".split()


def elementwise(f):
    for op in UNARY:
        for n in (2, 3, 4):
            for layout in LAYOUTS[n]:
                if op == "glu" and n != 4:
                    f.add(op, [x(SHAPES[n][:-1] + [4], layout)], [{"$": 0}, -1])
                    f.add(op, [x([2, 4] + SHAPES[n][2:], layout)], [{"$": 0}, 1])
                    continue
                kw = {"training": True} if op in ("rrelu", "alphaDropout", "featureAlphaDropout") else {}
                f.add(op, [x(SHAPES[n], layout)], [{"$": 0}] + EXTRA.get(op, []), kw)
    for op in BINARY:
        kw = {"reduction": "none"} if op.endswith("Loss") else {}
        for n in (3, 4):
            # PyTorch expands the operands of losses first, and of an expanded one then says nothing.
            for a in LAYOUTS[n].replace("e", "") if kw else LAYOUTS[n]:
                for b in "crl" if n == 4 else "cte":
                    f.add(op, [x(SHAPES[n], a, "p"), x(SHAPES[n], b, "p")], None, kw)
        if not kw:
            for layout in "ctr":
                f.add(op, [x([2, 3, 4], layout, "p")], [{"$": 0}, 2])
                f.add(op, [x([3, 4], layout, "p"), x([2, 1, 4], "c", "p")])
                f.add(op, [x([1, 4], "c", "p"), x([2, 3, 4], layout, "p")])
                f.add(op, [x([2, 3, 1], layout, "p"), x([2, 1, 4], layout, "p")])
    for layout in "crtpe":
        f.add("where", [x([2, 3, 4], layout, "m"), x([2, 3, 4], "c"), x([2, 3, 4], "r")])
        f.add("where", [x([3, 4], "c", "m"), x([2, 3, 4], layout), x([], "c")])
        f.add("where", [x([2, 3, 4], "c", "m"), x([2, 3, 4], layout)], [{"$": 0}, {"$": 1}, 2.0])
        f.add("lerp", [x([2, 3, 4], layout), x([2, 3, 4], "c")], [{"$": 0}, {"$": 1}, 0.5])
        f.add("addcmul", [x([2, 3, 4], layout), x([2, 3, 4], "c"), x([2, 3, 4], "r")])
        f.add("maskedFill", [x([2, 3, 4], layout), x([2, 3, 4], "c", "m")], [{"$": 0}, {"$": 1}, 1.0])
        f.add("clamp", [x([2, 3, 4], layout)], [{"$": 0}, -1, 1])
        f.add("threshold", [x([2, 3, 4], layout)], [{"$": 0}, 0.1, 2.0])
        f.add("prelu", [x([2, 3, 4], layout), x([3])])
        f.add("prelu", [x([2, 3, 4], layout), x([1])])
        f.add("to", [x([2, 3, 4], layout)], [{"$": 0}, "float64"])
        f.add("isclose", [x([2, 3, 4], layout), x([2, 3, 4])])


def structural(f):
    for n in (3, 4):
        shape = SHAPES[n]
        for layout in LAYOUTS[n]:
            a = x(shape, layout)
            for op, args in (("sum", [1]), ("sum", [1, True]), ("sum", [[0, 2]]), ("mean", [-1, True]), ("amax", [1]), ("amax", [0, True]), ("prod", [1]), ("var", [1]), ("any", [0]),
                             ("argmax", [1]), ("max", [1]), ("median", [1]), ("logsumexp", [1]), ("norm", [2, 1]), ("topk", [2, 1]), ("kthvalue", [2, 1]), ("std", [0]), ("nansum", [1]), ("countNonzero", [0]),
                             ("pad", [[1, 1]]), ("pad", [[1, 0, 0, 1]]), ("pad", [[0, 0]]), ("pad", [[-1, 0]]), ("pad", [[1, 1], "reflect"]), ("pad", [[1, 1], "replicate"]), ("pad", [[1, 1], "circular"]),
                             ("roll", [1, 1]), ("tril", []), ("triu", []), ("repeat", [[2] + [1] * (n - 1)]), ("tile", [[2]]), ("rot90", []), ("diff", []), ("repeatInterleave", [2, 1]), ("unfold", [0, 2, 1]),
                             ("contiguous", []), ("reshape", [[-1]]), ("flatten", [1]), ("index", [[0, None], None]), ("movedim", [0, 1])):
                f.add(op, [a], [{"$": 0}] + args)
            for other in "ctl" if n == 4 else "ct":
                f.add("cat", [a, x(shape, other)], [[{"$": 0}, {"$": 1}], 1])
                f.add("stack", [a, x(shape, other)], [[{"$": 0}, {"$": 1}], 0])
            f.add("indexSelect", [a, x([2], "c", "i2")], [{"$": 0}, 1, {"$": 1}])
            f.add("index", [a, x([2], "c", "i2")], [{"$": 0}, {"$": 1}])
            f.add("index", [a, x([2], "c", "i2")], [{"$": 0}, [None, None], {"$": 1}])
            f.add("gather", [a, x(shape, "c", "i2")], [{"$": 0}, 1, {"$": 1}])
            f.add("scatter", [a, x(shape, "c", "i2")], [{"$": 0}, 1, {"$": 1}, 2.0])
            f.add("indexAdd", [a, x([2], "c", "i2"), x([shape[0], 2] + shape[2:])], [{"$": 0}, 1, {"$": 1}, {"$": 2}])
            f.add("indexFill", [a, x([2], "c", "i2")], [{"$": 0}, 1, {"$": 1}, 2.0])
            f.add("matmul", [a, x([shape[-1], 2])])
            f.add("linear", [a, x([2, shape[-1]]), x([2])])
            f.add("layerNorm", [a], [{"$": 0}, [shape[-1]]])
            f.add("rmsNorm", [a], [{"$": 0}, [shape[-1]]])
            f.add("groupNorm", [a], [{"$": 0}, 3])
            f.add("instanceNorm", [a], [{"$": 0}])
            f.add("localResponseNorm", [a], [{"$": 0}, 2])
            f.add("batchNorm", [a, x([3]), x([3], "c", "p")], [{"$": 0}, {"$": 1}, {"$": 2}])
            f.add("batchNorm", [a, x([3]), x([3], "c", "p")], [{"$": 0}, {"$": 1}, {"$": 2}], {"training": True})
    for layout in "ctr":
        f.add("matmul", [x([3, 4], layout), x([4, 5], layout)])
        f.add("mm", [x([3, 4], "c"), x([4, 5], layout)])
        f.add("bmm", [x([2, 3, 4], layout), x([2, 4, 5], layout)])
        f.add("matmul", [x([2, 3, 4], layout), x([4])])
        f.add("einsum", [x([3, 4], layout), x([4, 5], layout)], ["ij,jk->ik", {"$": 0}, {"$": 1}])
        f.add("einsum", [x([2, 3, 4], layout), x([2, 4, 5], layout)], ["bij,bjk->bik", {"$": 0}, {"$": 1}])
        f.add("einsum", [x([2, 3, 4], layout)], ["bij->jb", {"$": 0}])
        f.add("outer", [x([3]), x([4])])
        f.add("cdist", [x([2, 3, 4], layout), x([2, 5, 4])])
        f.add("embedding", [x([2, 3], layout, "i4"), x([4, 5])])
        f.add("diag", [x([3, 3], layout)])
        f.add("diagEmbed", [x([2, 3], layout)])


def images(f):
    for n, dims in ((3, 1), (4, 2), (5, 3)):
        shape = [2, 4] + [6] * dims
        for layout in LAYOUTS[n]:
            a = x(shape, layout)
            d = "%dd" % dims
            for op, args in (("maxPool", [2]), ("avgPool", [2]), ("adaptiveAvgPool", [3]), ("adaptiveAvgPool", [1]), ("adaptiveMaxPool", [3]), ("lpPool", [2, 2])):
                f.add(op + d, [a], [{"$": 0}] + args)
            f.add("maxPool" + d, [a], [{"$": 0}, 2], {"padding": 1})
            f.add("conv" + d, [a, x([3, 4] + [3] * dims), x([3])])
            f.add("conv" + d, [a, x([3, 4] + [1] * dims), x([3])])
            f.add("conv" + d, [a, x([4, 1] + [3] * dims), x([4])], None, {"groups": 4})
            f.add("conv" + d, [a, x([3, 4] + [3] * dims, "l"), x([3])])
            f.add("convTranspose" + d, [a, x([4, 3] + [3] * dims), x([3])])
            for mode in ("nearest", ("linear", "bilinear", "trilinear")[dims - 1]):
                f.add("interpolate", [a], [{"$": 0}], {"scaleFactor": 2, "mode": mode})
            if dims == 2:
                f.add("interpolate", [a], [{"$": 0}], {"scaleFactor": 2, "mode": "bicubic"})
                f.add("interpolate", [a], [{"$": 0}], {"size": [3, 3], "mode": "area"})
                f.add("pixelShuffle", [a], [{"$": 0}, 2])
                f.add("pixelUnshuffle", [a], [{"$": 0}, 2])
                f.add("channelShuffle", [a], [{"$": 0}, 2])
                for name, args in (("ReflectionPad2d", [1]), ("ReplicationPad2d", [1]), ("ZeroPad2d", [1]), ("ConstantPad2d", [1, 0.5]), ("CircularPad2d", [1]), ("BatchNorm2d", [4]), ("GroupNorm", [2, 4]), ("InstanceNorm2d", [4]),
                                   ("Conv2d", [4, 3, 3]), ("ConvTranspose2d", [4, 3, 3]), ("PReLU", [4]), ("Dropout2d", []), ("LocalResponseNorm", [2]), ("Upsample", [None, 2]), ("Flatten", []), ("Softmax2d", []), ("Unfold", [2])):
                    f.add("module", [a], [name, args, {}, {"$": 0}])


def sequences(f):
    for layout in "ctrpq":
        a = x([3, 2, 4], layout)
        for name in ("LSTM", "GRU", "RNN"):
            for kw in ({}, {"batchFirst": True}, {"bidirectional": True}, {"numLayers": 2, "batchFirst": True}):
                f.add("module", [a], [name, [4, 5], kw, {"$": 0}])
        f.add("module", [a], ["Linear", [4, 5], {}, {"$": 0}])
        f.add("module", [a], ["LayerNorm", [4], {}, {"$": 0}])
        for kw in ({}, {"batchFirst": True}):
            f.add("module", [a], ["MultiheadAttention", [4, 2], kw, {"$": 0}, {"$": 0}, {"$": 0}])
            f.add("module", [a], ["TransformerEncoderLayer", [4, 2, 8, 0.0], kw, {"$": 0}])
        for causal in (False, True):
            f.add("scaledDotProductAttention", [x([2, 2, 3, 4], layout), x([2, 2, 3, 4], layout), x([2, 2, 3, 4], layout)], None, {"isCausal": causal})


def families():
    f = Layouts()
    elementwise(f)
    structural(f)
    images(f)
    sequences(f)
    return [Rows("layouts in memory", "layout", f.cases if os.environ.get("LAYOUTS") == "all" else f.cases[::3])]
