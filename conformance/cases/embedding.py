"""Tables of vectors, bags of them, forms in two vectors, and dropout."""
import torch
import torch.nn.functional as F

from harness import OPS, Family
from modules import Modules

from .elementwise import ref


def bags(x, w, offsets=None, **kw):
    return F.embedding_bag(x, w, offsets, **kw)


OPS["embeddingBag"] = bags


def tables():
    f = Family("embedding")
    for shape in ([3], [2, 3], [], [0, 2]):
        f.add("embedding", [f.x(shape, "i5"), f.x([5, 3])], gg=True)
        f.add("embedding", [f.x(shape, "i5"), f.x([5, 3])], None, {"paddingIdx": f.choose.choice([0, 2, -1])}, gg=True)
        # torch's second derivative leaves the frequencies out.
        f.add("embedding", [f.x(shape, "i5"), f.x([5, 3])], None, {"scaleGradByFreq": True})
        f.add("embedding", [f.x(shape, "i3", d="int32"), f.x([5, 3])], None, {"scaleGradByFreq": True, "paddingIdx": 1})
        for norm in (1, 2, 3, float(5)):
            f.program([f.x(shape, "i5"), f.x([5, 3], "n", "c", ng=True)], [["y", "embedding", ref(0, 1), {"maxNorm": 1.5, "normType": norm}]], ["y", "x1"], name="embedding")
    for shape in ([3], [2, 3], [], [0, 2]):
        f.add("oneHot", [f.x(shape, "i5")], ref(0) + [6])
    f.add("oneHot", [f.x([4], "i5")], ref(0))
    f.add("oneHot", [f.x([0], "i5")], ref(0))
    f.add("oneHot", [f.x([4], "i5", "c")], ref(0) + [2])
    f.add("oneHot", [f.x([4], "j5", "c")], ref(0))
    f.add("oneHot", [f.x([4])], ref(0))
    for kind, kw in (("j5", {}), ("i9", {}), ("n", {}), ("m", {})):
        f.add("embedding", [f.x([3], kind, "c"), f.x([5, 3])], None, kw)
    f.add("embedding", [f.x([3], "i5"), f.x([5, 3, 2])])
    for mode in ("sum", "mean", "max"):
        for shape in ([3, 4], [1, 2], [2, 1]):
            f.add("embeddingBag", [f.x(shape, "i5"), f.x([5, 3], "n", "c")], None, {"mode": mode})
            f.add("embeddingBag", [f.x(shape, "i3"), f.x([5, 3], "n", "c")], None, {"mode": mode, "paddingIdx": 1})
        for offsets in ([0, 2, 4], [0, 3, 3], [0], [0, 0, 5], [0, 6]):
            f.program([f.x([6], "i5"), f.x([5, 2], "n", "c")], [["o", "tensor", [offsets], {"dtype": "int64"}], ["y", "embeddingBag", [{"$": 0}, {"$": 1}, {"$": "o"}], {"mode": mode}]], ["y"], name="embeddingBag")
        f.program([f.x([6], "i5"), f.x([5, 2], "n", "c")], [["o", "tensor", [[0, 2, 6]], {"dtype": "int64"}], ["y", "embeddingBag", [{"$": 0}, {"$": 1}, {"$": "o"}], {"mode": mode, "includeLastOffset": True}]], ["y"], name="embeddingBag")
        if mode != "max":
            f.add("embeddingBag", [f.x([3, 4], "i5"), f.x([5, 3], "n", "c")], None, {"mode": mode, "scaleGradByFreq": True})
        f.program([f.x([2, 3], "i5"), f.x([5, 3], "n", "c", ng=True)], [["y", "embeddingBag", ref(0, 1), {"mode": mode, "maxNorm": 1.0}]], ["y", "x1"], name="embeddingBag")
        f.add("embeddingBag", [f.x([3, 4], "i5"), f.x([5, 3], "n", "c"), f.x([3, 4], "n", "c")], ref(0, 1), {"mode": mode, "perSampleWeights": {"$": 2}})
    for offsets in ([1, 2], [0, 9], [0, -1], [[0, 1]]):
        f.program([f.x([6], "i5"), f.x([5, 2], "n", "c")], [["o", "tensor", [offsets], {"dtype": "int64"}], ["y", "embeddingBag", [{"$": 0}, {"$": 1}, {"$": "o"}], {}]], ["y"], name="embeddingBag")
    f.add("embeddingBag", [f.x([6], "i5"), f.x([5, 2])])
    f.add("embeddingBag", [f.x([2, 3], "i9", "c"), f.x([5, 2])])
    f.add("embeddingBag", [f.x([2, 3], "i5"), f.x([5, 2])], None, {"mode": "median"})
    f.add("embeddingBag", [f.x([2, 3], "i5"), f.x([5, 2])], None, {"mode": "max", "scaleGradByFreq": True})
    f.add("embeddingBag", [f.x([2, 3], "i5"), f.x([5, 2]), f.x([2, 2])], ref(0, 1), {"mode": "sum", "perSampleWeights": {"$": 2}})
    f.add("embeddingBag", [f.x([2, 3, 1], "i5"), f.x([5, 2])])
    for first, second, weight in (([4, 2], [4, 3], [5, 2, 3]), ([2], [3], [4, 2, 3]), ([2, 3, 2], [2, 3, 1], [2, 2, 1]), ([0, 2], [0, 3], [4, 2, 3]), ([1, 1], [1, 1], [1, 1, 1])):
        f.add("bilinear", [f.x(first), f.x(second), f.x(weight), f.x(weight[:1])], gg=True)
        f.add("bilinear", [f.x(first), f.x(second), f.x(weight)], gg=True)
    for first, second, weight in (([4, 2], [3, 3], [5, 2, 3]), ([4, 3], [4, 3], [5, 2, 3]), ([4, 2], [4, 2], [5, 2, 3]), ([4, 2], [4, 3], [2, 3])):
        f.add("bilinear", [f.x(first), f.x(second), f.x(weight)])
    f.add("bilinear", [f.x([4, 2]), f.x([4, 3]), f.x([5, 2, 3]), f.x([4])])
    return f


def draws():
    """Dropout with torch's own random numbers."""
    f = Family("dropout")
    f.kind = "bits"
    ones = lambda shape: ["x", "ones", [shape], {}]
    number = 0
    for op, shapes in (("dropout", ([7], [3, 5], [2, 40])), ("dropout1d", ([3, 4], [2, 3, 4])), ("dropout2d", ([2, 3, 2, 2], [2, 5, 3])), ("dropout3d", ([2, 3, 1, 2, 2], [4, 2, 1, 2])), ("alphaDropout", ([7], [3, 5])), ("featureAlphaDropout", ([4, 5], [2, 3, 4], [2, 3, 2, 2]))):
        for shape in shapes:
            for p in (0, 0.1, 0.5, 0.9, 1):
                for training in (True, False):
                    if not training and p != 0.5:
                        continue
                    number += 1
                    for kw in ({"p": p, "training": training}, {"p": p, "training": training, "inplace": True})[: 2 if p == 0.5 else 1]:
                        # In place the input changes with the result.
                        f.program([], [["s", "manualSeed", [number], {}], ones(shape), ["y", op, [{"$": "x"}], kw], ["n", "rand", [[2]], {}]], ["y", "x", "n"], name=op, exact=True)
    for op in ("dropout", "dropout1d", "dropout2d", "dropout3d", "alphaDropout", "featureAlphaDropout"):
        for p in (-0.1, 1.5):
            f.program([], [ones([2, 3, 4]), ["y", op, [{"$": "x"}, p], {}]], ["y"], name=op, exact=True)
        for shape in ([3], [2, 3, 4, 5, 6]):
            f.program([], [["s", "manualSeed", [5], {}], ones(shape), ["y", op, [{"$": "x"}, 0.5, True], {}]], ["y"], name=op, exact=True)
    return f


def layers():
    m = Modules("embedding, bilinear and dropout layers")
    for kw in ({}, {"padding_idx": 1}, {"padding_idx": -2}, {"scale_grad_by_freq": True}, {"max_norm": 0.5}, {"max_norm": 1.0, "norm_type": 1.0}):
        m.add("Embedding", [5, 3], kw, [m.x([2, 4], "i5")])
    m.add("Embedding", [5, 3], {}, [m.x([4], "i4", d="int32")])
    m.add("Embedding", [5, 3], {}, [m.x([0], "i4")])
    m.add("Embedding", [5, 3, 2], {}, [m.x([3], "i5")])
    m.add("Embedding", [5, 3], {"padding_idx": 5}, [m.x([3], "i5")])
    m.add("Embedding", [5, 3], {}, [m.x([3])])
    m.add("Embedding", [5, 3], {}, [m.x([3], "i9", "c")])
    for kw in ({}, {"mode": "sum"}, {"mode": "max"}, {"padding_idx": 1}, {"mode": "sum", "padding_idx": -1}, {"max_norm": 0.5, "mode": "sum"}, {"scale_grad_by_freq": True, "mode": "sum"}):
        m.add("EmbeddingBag", [5, 3], kw, [m.x([2, 4], "i5")])
    m.add("EmbeddingBag", [5, 3], {"mode": "sum"}, [m.x([2, 4], "i5"), m.x([2, 4], "n", "c")], call=[{"$": 0}, None, {"$": 1}])
    m.add("EmbeddingBag", [5, 3], {}, [m.x([4], "i5")])
    m.add("EmbeddingBag", [5, 3], {}, [m.x([4], "i5"), m.x([1], "i1", "c")])
    for kw in ({}, {"bias": False}):
        m.add("Bilinear", [2, 3, 4], kw, [m.x([5, 2]), m.x([5, 3])], gg=True)
    m.add("Bilinear", [2, 3, 4], {}, [m.x([2, 1, 2]), m.x([2, 1, 3])])
    m.add("Bilinear", [2, 3, 4], {}, [m.x([5, 2]), m.x([5, 2])])
    m.add("Bilinear", [0, 3, 4], {}, [m.x([5, 0]), m.x([5, 3])])
    for name, shape in (("Dropout", [3, 4]), ("Dropout1d", [2, 3, 4]), ("Dropout2d", [2, 3, 1, 2]), ("Dropout3d", [2, 3, 1, 1, 2]), ("AlphaDropout", [3, 4]), ("FeatureAlphaDropout", [2, 3, 2])):
        for args, kw in (([], {}), ([0.2], {}), ([], {"p": 0.9}), ([1.5], {}), ([-0.5], {})):
            m.add(name, args, kw, [m.x(shape, "n", "c")], gg=True)
        m.add(name, [0.5], {"inplace": True}, [m.x(shape, "n", "c", ng=True)])
    return m


def families():
    return [tables(), draws(), layers()]
