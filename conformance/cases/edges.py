"""Single calls at the edges: slopes that change, empty and 0-dim operands, every way to write an index or an equation."""
from harness import OPS, Family

ref = lambda *names: [{"$": n} for n in names]


def sliced(text):
    return slice(*(int(part) if part.strip() else None for part in text.split(":"))) if ":" in text else Ellipsis


# Hone's slices as text, beside the lists that calls.py knows.
AS_LISTS = OPS["index"]
OPS["index"] = lambda x, *i: AS_LISTS(x, *(sliced(j) if isinstance(j, str) and j != "..." else j for j in i))


def equations():
    f = Family("einsum at the edges")
    for eq, *shapes in (
        ("ij,jk->k", [2, 3], [3, 4]), ("ij,kl->", [2, 3], [1, 2]), ("i,->i", [3], []), ("...,...->...", [2, 3], [3]), ("i...,...j", [2, 3], [3, 4]), ("...i->i...", [2, 3, 4]), ("...i,i->...", [2, 3, 4], [4]),
        ("...ij,...jk->...ik", [2, 1, 3, 4], [5, 4, 2]), ("ij,ij->j", [1, 3], [2, 3]), ("i,i,i->i", [3], [1], [3]), ("ijij->ij", [2, 3, 2, 3]), ("ii", [3, 3]), ("iij,jk->ik", [2, 2, 3], [3, 4]), ("ijk,jil->kl", [2, 3, 4], [3, 2, 5]),
        ("ab,bc,cd->ad", [2, 3], [3, 4], [4, 2]), ("bn,anm,bm->ba", [2, 3], [4, 3, 5], [2, 5]), ("Ab,bA->A", [2, 3], [3, 2]), ("bqd,bkd->bqk", [2, 3, 4], [2, 5, 4]), ("bhqk,bkhd->bqhd", [2, 2, 2, 3], [2, 3, 2, 2]),
        ("ij,jk->ik", [2, 0], [0, 3]),
    ):
        f.add("einsum", [f.x(s) for s in shapes], [eq] + ref(*range(len(shapes))), gg=True)
    return f


def indices():
    f = Family("ways to write an index")
    x, whole, pair = [3, 4, 5], f.x([2], "i3", "c"), f.x([2], "i4", "c")
    table, column, scalar, none = f.x([2, 2], "j3", "c"), f.x([2, 1], "i3", "c"), f.x([], "i3", "c"), f.x([0], "i3", "c")
    rows, cells, last = f.x([3], "m", "c"), f.x([3, 4], "m", "c"), f.x([4], "m", "c")
    int32 = f.x([2], "i4", "c", d="int32")
    for inputs, index in (
        ([], [1]), ([], [-1, 2]), ([], [[1, 3]]), ([], ["1:3"]), ([], [":", [None, None, 2]]), ([], [":", "::2", "-2:"]), ([], [[None, -1], "3:1"]), ([], ["...", 0]), ([], [0, "...", [1, 4]]), ([], ["..."]), ([], [None, 1, None, "...", None]),
        ([whole], ref(1)), ([int32], [":"] + ref(1)), ([whole, pair], ref(1, 2)), ([table, pair], ref(1, 2)), ([table], [":"] + ref(1)), ([table, pair], ref(1) + [":"] + ref(2)), ([column, f.x([3], "i4", "c")], ref(1, 2)),
        ([pair, f.x([2], "i5", "c")], [":"] + ref(1, 2)), ([pair], [0, ":"] + ref(1)), ([whole, pair], ref(1) + [0] + ref(2)), ([whole, pair], ref(1) + [None] + ref(2)), ([pair], [[0, 2]] + ref(1) + ["::3"]), ([whole], [None] + ref(1)),
        ([f.x(x, "m", "c")], ref(1)), ([rows], ref(1)), ([last], [":"] + ref(1) + [1]), ([cells], ref(1)), ([f.x([4, 5], "m", "c")], [":"] + ref(1)), ([rows, pair], [":", {"$": 2}, 0]), ([scalar], ref(1)), ([none], ref(1)), ([f.x([], "m", "c")], ref(1)),
        ([f.x([], "m", "c")], [":"] + ref(1)),
    ):
        f.add("index", [f.x(x)] + inputs, ref(0) + index, gg=True)
    # As many rows are taken as there are pairs.
    f.program([f.x(x), rows, f.x([3], "i4", "c")], [["n", "nonzero", ref(1), {}], ["i", "index", [{"$": 2}, {"$": 1}], {}], ["y", "index", [{"$": 0}, {"$": 1}, {"$": "i"}], {}], ["z", "index", [{"$": 0}, {"$": 1}, ":", {"$": "i"}], {}]], ["n", "y", "z"], name="index")
    for index in ([None], ["..."]):
        f.add("index", [f.x([])], ref(0) + index)
    return f


def slopes():
    f = Family("slopes that change")
    # Whole numbers from -3 to 3; then infinities, NaN and what overflows.
    for op, args in (("gelu", []), ("silu", []), ("mish", []), ("elu", []), ("elu", [0.3]), ("selu", []), ("celu", []), ("celu", [2]), ("leakyRelu", []), ("leakyRelu", [0.3]), ("relu", []), ("relu6", []), ("hardtanh", []), ("hardtanh", [-2, 0.5]),
                     ("hardswish", []), ("hardsigmoid", []), ("softplus", []), ("softplus", [2, 3]), ("softsign", []), ("logsigmoid", []), ("threshold", [0.5, -7]), ("tanhshrink", [])):
        rounded = {"tol": 1e-7} if op == "hardsigmoid" else {}  # torch's slope is a sixth in float32
        f.add(op, [f.x([24], "t", "c")], ref(0) + args, **rounded)
        f.add(op, [f.x([8], "s", "c")], ref(0) + args, g=False)
        f.add(op, [f.x([2, 3], "n", "t")], ref(0) + args, gg=True, **rounded)
    f.add("gelu", [f.x([24], "t", "c")], None, {"approximate": "tanh"}, gg=True)
    for shape, weight in (([2, 3, 2], [3]), ([3], [1]), ([2, 3], [1]), ([0, 3], [3])):
        f.add("prelu", [f.x(shape), f.x(weight)], gg=True)
    f.add("glu", [f.x([2, 4])], gg=True)
    f.add("glu", [f.x([2, 2, 3])], ref(0) + [1], gg=True)
    return f


def losses():
    f = Family("losses at the edges")
    for reduction in ("mean", "sum", "none"):
        kw = {"reduction": reduction}
        # Probabilities of exactly 0 and 1, logits beyond what exp holds.
        f.program([f.x([12]), f.x([12], "z", "c", ng=True)], [["p", "clamp", ref(0) + [0, 1], {}], ["t", "clamp", ref(1) + [0, 1], {}], ["y", "binaryCrossEntropy", ref("p", "t"), kw]], ["y"], name="binaryCrossEntropy")
        for weights in ({}, {"posWeight": {"$": 2}}, {"weight": {"$": 2}}):
            f.program([f.x([6], "w"), f.x([6], "q"), f.x([6], "p", "c", ng=True)], [["x", "mul", ref(0) + [10], {}], ["y", "binaryCrossEntropyWithLogits", ref("x", 1), {**weights, **kw}]], ["y"], name="binaryCrossEntropyWithLogits")
        for op, more in (("mseLoss", {}), ("l1Loss", {}), ("smoothL1Loss", {}), ("smoothL1Loss", {"beta": 0.5}), ("smoothL1Loss", {"beta": 0}), ("huberLoss", {}), ("huberLoss", {"delta": 2})):
            # Differences of whole numbers: 0, and just at the bend.
            f.add(op, [f.x([5], "t", "c"), f.x([5], "t", "c")], None, {**more, **kw})
        for more in ({}, {"weight": {"$": 2}}, {"labelSmoothing": 0.1}, {"ignoreIndex": 0}, {"weight": {"$": 2}, "labelSmoothing": 0.1, "ignoreIndex": 3}):
            f.add("crossEntropy", [f.x([3, 4]), f.x([3], "i4", "c"), f.x([4], "p", "c", ng=True)], ref(0, 1), {**more, **kw}, gg=True)
        f.program([f.x([2, 4]), f.x([2, 4]), f.x([4], "p", "c", ng=True)], [["p", "softmax", ref(1) + [1], {}], ["y", "crossEntropy", ref(0, "p"), {"weight": {"$": 2}, "labelSmoothing": 0.1, **kw}]], ["y"], name="crossEntropy", gg=True)
        f.add("nllLoss", [f.x([3, 4]), f.x([3], "i4", "c"), f.x([4], "p", "c", ng=True)], ref(0, 1), {"weight": {"$": 2}, "ignoreIndex": 0, **kw})
    f.add("mseLoss", [f.x([0]), f.x([0])])
    f.add("crossEntropy", [f.x([2, 3, 2]), f.x([2, 2], "i3", "c")], None, {"reduction": "none", "labelSmoothing": 0.2}, gg=True)
    f.add("nllLoss", [f.x([2, 3, 2]), f.x([2, 2], "i3", "c")], None, {"ignoreIndex": 2})
    f.add("crossEntropy", [f.x([3]), f.x([], "i3", "c")], gg=True)
    f.add("crossEntropy", [f.x([2, 3]), f.x([2], "i1", "c")], None, {"ignoreIndex": 0})
    f.add("crossEntropy", [f.x([0, 3]), f.x([0], "i3", "c")])
    f.add("crossEntropy", [f.x([4, 3], "n", "t"), f.x([4], "i3", "c")], gg=True)
    f.program([f.x([2, 2])], [["x", "mul", ref(0) + [1e4], {}], ["t", "tensor", [[1, 1]], {"dtype": "int64"}], ["y", "crossEntropy", ref("x", "t"), {"reduction": "none"}]], ["y"], name="crossEntropy")
    f.program([f.x([3])], [["x", "mul", ref(0) + [1e3], {}], ["y", "logSoftmax", ref("x") + [0], {}], ["z", "logsumexp", ref("x") + [0], {}]], ["y", "z"], name="logSoftmax")
    return f


def norms():
    f = Family("normalisation at the edges")
    for shape in ([4, 3], [2, 3, 2], [2, 3, 2, 3]):
        for training in (True, False):
            f.program([f.x(shape), f.x([3]), f.x([3]), f.x([3], "n", "c", ng=True), f.x([3], "p", "c", ng=True)],
                      [["m", "clone", ref(3), {}], ["v", "clone", ref(4), {}], ["y", "batchNorm", ref(0, "m", "v", 1, 2), {"training": training}]], ["y", "m", "v"], name="batchNorm", gg=True)
    for shape, momentum in (([4, 3], 0.1), ([2, 3, 2], 0.3), ([1, 3, 2], 1)):
        f.program([f.x(shape), f.x([3], "n", "c", ng=True), f.x([3], "p", "c", ng=True)],
                  [["m", "clone", ref(1), {}], ["v", "clone", ref(2), {}], ["y", "batchNorm", ref(0, "m", "v"), {"training": True, "momentum": momentum}]], ["y", "m", "v"], name="batchNorm")
    f.add("batchNorm", [f.x([2, 3]), f.x([3], "n", "c", ng=True), f.x([3], "p", "c", ng=True), f.x([3])], [{"$": 0}, {"$": 1}, {"$": 2}, None, {"$": 3}])
    f.add("batchNorm", [f.x([2, 3, 2]), f.x([3])], [{"$": 0}, None, None, {"$": 1}, None], {"training": True, "eps": 0.1}, gg=True)
    f.add("normalize", [f.x([3, 2])], None, {"eps": 3}, gg=True)
    f.add("normalize", [f.x([3, 2])], None, {"p": 3, "dim": [0, 1]}, gg=True)
    f.program([f.x([2, 2]), f.x([2, 2])], [["x", "mul", ref(0) + [1e-9], {}], ["y", "cosineSimilarity", ref("x", 1), {}]], ["y"], name="cosineSimilarity")
    return f


def reductions():
    f = Family("reductions at the edges")
    for dims in ([0, 2], 1):
        for correction in (0, 1):
            f.add("var", [f.x([2, 3, 5])], ref(0) + [dims], {"correction": correction, "keepdim": dims == 1}, gg=True)
    f.add("var", [f.x([4, 3])], ref(0) + [0], {"unbiased": False}, gg=True)
    for shape in ([1], []):
        f.add("var", [f.x(shape)], g=False)
    f.add("var", [f.x([])], None, {"correction": 0})
    f.add("var", [f.x([3, 0])], ref(0) + [1], g=False)
    for shape, args in (([3, 4], []), ([3, 4], ["fro", 1]), ([2, 3, 4], [1, [0, 2], True]), ([2, 3], [0.5, 0]), ([2, 3], [3, 1]), ([4], [0])):
        f.add("norm", [f.x(shape)], ref(0) + args)
    f.add("logsumexp", [f.x([5, 2], "v", "c")], ref(0) + [1, True])
    for op in ("any", "all"):
        for shape, args in (([0], []), ([0, 2], [0]), ([2, 2], [1]), ([2, 2], [0, True]), ([2, 3, 4], [[0, 2]])):
            f.add(op, [f.x(shape, "m")], ref(0) + args)
        f.add(op, [f.x([4], "i2", "c", d="uint8")])
    f.add("countNonzero", [f.x([12], "s", "c")])
    f.add("mean", [f.x([0, 2])], ref(0) + [0], g=False)
    f.add("prod", [f.x([2], "i5", "c", d="int32")])
    f.add("prod", [f.x([0])])
    f.add("cumsum", [f.x([3], "m", "c")], ref(0) + [0])
    for op in ("max", "min", "median"):
        f.add(op, [f.x([9], "s", "c")], ref(0) + [0], g=False)
        f.add(op, [f.x([2, 3, 5], "t")], g=False)
    for op in ("argmax", "argmin"):
        f.add(op, [f.x([3, 1, 7], "t")], ref(0) + [2])
        f.add(op, [f.x([3, 5], "t")])
    f.add("amax", [f.x([3], "m", "c")])
    return f


def ordering():
    f = Family("orders and joins at the edges")
    f.add("sort", [f.x([9], "i3", "c")], ref(0) + [0], {"descending": True})
    f.add("sort", [f.x([9], "i3", "c")], ref(0) + [0])
    for descending in (True, False):
        f.add("sort", [f.x([9], "s", "c")], ref(0) + [0], {"descending": descending}, g=False)
    for shape in ([], [2, 0]):
        f.add("sort", [f.x(shape)])
    f.add("topk", [f.x([7, 3])], ref(0) + [3, 0], {"largest": False}, gg=True)
    f.add("topk", [f.x([3, 7])], ref(0) + [0])
    f.add("unique", [f.x([3, 5], "i7", "c")], None, {"returnInverse": True, "returnCounts": True})
    f.add("unique", [f.x([3], "m", "c")], None, {"returnCounts": True})
    f.add("cat", [f.x([2, 3]), f.x([2, 2]), f.x([2, 0])], [ref(0, 1, 2), -1], gg=True)
    f.add("stack", [f.x([]), f.x([])], [ref(0, 1), -1], gg=True)
    f.add("split", [f.x([2, 5])], ref(0) + [[1, 0, 4], 1], gg=True)
    f.add("chunk", [f.x([5])], ref(0) + [4], gg=True)
    f.add("chunk", [f.x([0, 2])], ref(0) + [2])
    f.add("roll", [f.x([3, 4])], ref(0) + [[-1, 6], [0, 1]], gg=True)
    f.add("repeatInterleave", [f.x([3]), f.x([3], "i3", "c")], gg=True)
    f.add("maskedFill", [f.x([3], "i5", "c"), f.x([3], "m", "c")], ref(0, 1) + [7])
    f.add("maskedSelect", [f.x([3, 1]), f.x([3], "m", "c")], gg=True)
    f.add("scatter", [f.x([2, 3]), f.x([1, 2], "i2", "c"), f.x([4, 4])], [{"$": 0}, 0, {"$": 1}, {"$": 2}], gg=True)
    f.add("take", [f.x([3, 4]), f.x([2, 2], "j12", "c")], gg=True)
    f.add("takeAlongDim", [f.x([3, 4]), f.x([1, 2], "i4", "c")], ref(0, 1) + [1], gg=True)
    f.add("nonzero", [f.x([9], "s", "c")], None, {"asTuple": True})
    for shape in ([], [1]):
        f.add("nonzero", [f.x(shape, "t")])
    for args in ([], [4]):
        f.add("oneHot", [f.x([3, 2], "i4", "c")], ref(0) + args)
    return f


def windows():
    f = Family("windows at the edges")
    for shape, args, kw in (([1, 1, 5, 7], [2], {"stride": 2, "ceilMode": True}), ([1, 1, 5, 7], [2], {"stride": 3, "padding": 1, "ceilMode": True}), ([2, 4, 5], [2], {"stride": 1, "dilation": [2, 3]}), ([1, 1, 5, 6], [[3, 2]], {"stride": 2, "padding": 1}), ([0, 2, 4, 4], [2], {})):
        f.add("maxPool2d", [f.x(shape)], ref(0) + args, kw)
    f.add("maxPool2d", [f.x([1, 6, 6], "s", "c")], ref(0) + [2], g=False)
    for shape, args, kw in (([1, 1, 5, 6], [3], {"stride": 2, "padding": 1}), ([1, 1, 5, 6], [3], {"stride": 2, "padding": 1, "countIncludePad": False}), ([2, 4, 5], [[3, 2]], {"stride": 2, "padding": [1, 0], "ceilMode": True}), ([1, 1, 4, 6], [3], {"stride": 2, "ceilMode": True, "divisorOverride": 3}), ([0, 2, 4, 4], [2], {})):
        f.add("avgPool2d", [f.x(shape)], ref(0) + args, kw, gg=True)
    for shape, size in (([2, 3, 4], 1), ([1, 2, 4, 4], [2, 4]), ([1, 1, 5, 4], [2, 3]), ([1, 1, 2, 5], [None, 2]), ([1, 1, 3, 3], 4)):
        f.add("adaptiveAvgPool2d", [f.x(shape)], ref(0) + [size], gg=True)
    for x, w, kw in (([1, 1, 3, 4], [1, 1, 2, 3], {"padding": "same", "dilation": [3, 1]}), ([2, 4, 3, 3], [6, 2, 2, 2], {"groups": 2, "dilation": [1, 2], "padding": [0, 2], "stride": [1, 3]}), ([3, 4, 5], [3, 1, 2, 2], {"groups": 3, "stride": 3}), ([0, 2, 3, 3], [1, 2, 2, 2], {})):
        f.add("conv2d", [f.x(x), f.x(w)], ref(0, 1), kw, gg=True)
    f.add("conv1d", [f.x([4, 5]), f.x([2, 2, 2])], ref(0, 1), {"padding": "same", "groups": 2}, gg=True)
    for shape, pads, kw in (([2, 3], [1, -1, 0, 2], {"value": 9}), ([1, 1, 3, 4], [1, 2, 2, 1], {"mode": "reflect"}), ([1, 2, 3], [4, 1], {"mode": "replicate"}), ([1, 2, 3], [2, 3], {"mode": "circular"})):
        f.add("pad", [f.x(shape)], ref(0) + [pads], kw, gg=True)
    return f


def alone():
    f = Family("one operand alone has a gradient")
    ones = {"training": True}
    for op, shapes, args, kw in (
        ("conv1d", [[1, 2, 5], [2, 2, 2], [2]], ref(0, 1, 2), {"stride": 2}), ("conv2d", [[1, 2, 4, 3], [3, 2, 2, 2], [3]], ref(0, 1, 2), {}), ("conv3d", [[1, 1, 2, 3, 2], [2, 1, 2, 2, 1], [2]], ref(0, 1, 2), {}),
        ("convTranspose2d", [[1, 2, 3, 2], [2, 2, 2, 2], [2]], ref(0, 1, 2), {"stride": 2}), ("linear", [[3, 4], [2, 4], [2]], ref(0, 1, 2), {}), ("bilinear", [[3, 2], [3, 4], [2, 2, 4], [2]], ref(0, 1, 2, 3), {}),
        ("batchNorm", [[4, 3], [3], [3]], [{"$": 0}, None, None, {"$": 1}, {"$": 2}], ones), ("instanceNorm", [[2, 3, 4], [3], [3]], ref(0), {"weight": {"$": 1}, "bias": {"$": 2}}),
        ("layerNorm", [[2, 3], [3], [3]], ref(0) + [[3]] + ref(1, 2), {}), ("groupNorm", [[2, 4, 2], [4], [4]], ref(0) + [2], {"weight": {"$": 1}, "bias": {"$": 2}}), ("rmsNorm", [[2, 3], [3]], ref(0) + [[3]] + ref(1), {}),
        ("prelu", [[2, 3], [3]], ref(0, 1), {}), ("matmul", [[2, 3], [3, 2]], ref(0, 1), {}), ("einsum", [[2, 3], [3, 4], [4, 2]], ["ij,jk,kl->il"] + ref(0, 1, 2), {}), ("mul", [[2, 3], [3]], ref(0, 1), {}), ("div", [[2, 3], [3]], ref(0, 1), {}),
        ("atan2", [[2, 3], [2, 1]], ref(0, 1), {}), ("lerp", [[2, 3], [2, 3], [2, 3]], ref(0, 1, 2), {}), ("addcmul", [[3], [3], [3]], ref(0, 1, 2), {"value": 2}), ("addcdiv", [[3], [3], [3]], ref(0, 1, 2), {"value": 2}),
        ("scaledDotProductAttention", [[1, 2, 3], [1, 3, 3], [1, 3, 2]], ref(0, 1, 2), {}), ("cosineSimilarity", [[2, 3], [2, 3]], ref(0, 1), {}), ("mseLoss", [[3], [3]], ref(0, 1), {}), ("huberLoss", [[3], [3]], ref(0, 1), {}),
        ("gaussianNllLoss", [[3], [3]], ref(0, 1) + [0.5], {}), ("crossEntropy", [[2, 3], [2, 3]], ref(0, 1), {}), ("klDiv", [[2, 3], [2, 3]], ref(0, 1), {"reduction": "sum", "logTarget": True}), ("tripletMarginLoss", [[2, 3], [2, 3], [2, 3]], ref(0, 1, 2), {"margin": 9}),
    ):
        for alone in range(len(shapes)):
            specs = [f.x(s, "n", "c", **({} if i == alone else {"ng": True})) for i, s in enumerate(shapes)]
            f.add(op, specs, args, kw, gg=True)
    return f


def families():
    return [alone(), equations(), indices(), slopes(), losses(), norms(), reductions(), ordering(), windows()]
