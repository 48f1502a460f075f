"""Losses with a margin, and of embeddings."""
from harness import Family

from .losses import REDUCTIONS, ref


def margins():
    f = Family("losses with a margin")
    c = f.choose
    # j2: targets of -2 to 1
    for shape in ([3, 4], [5], [], [2, 1, 3], [0, 3], [1]):
        for reduction in REDUCTIONS:
            kw = {"reduction": reduction}
            sign = f.x(shape, "j2", c.choice("ct"))
            f.add("hingeEmbeddingLoss", [f.x(shape), sign], None, {**kw, **c.choice([{}, {"margin": 0.3}, {"margin": -1}])}, gg=True)
            f.add("marginRankingLoss", [f.x(shape), f.x(shape), sign], None, {**kw, **c.choice([{}, {"margin": 0.3}, {"margin": -1}])}, gg=True)
            f.add("marginRankingLoss", [f.x(shape), f.x(shape), f.x(shape)], None, {**kw, "margin": 0.5}, gg=True)
            f.add("softMarginLoss", [f.x(shape, c.choice("nw")), sign], None, kw, gg=True)
            f.add("softMarginLoss", [f.x(shape), f.x(shape, ng=True)], None, kw, gg=True)
    f.add("hingeEmbeddingLoss", [f.x([2, 3]), f.x([3], "j2", "c")])
    f.add("hingeEmbeddingLoss", [f.x([3]), f.x([2, 3], "j2", "c")])
    f.add("hingeEmbeddingLoss", [f.x([3]), f.x([3], ng=True)])
    f.add("hingeEmbeddingLoss", [f.x([3]), f.x([4], "j2", "c")])
    f.add("marginRankingLoss", [f.x([3]), f.x([1]), f.x([3], "j2", "c")])
    f.add("marginRankingLoss", [f.x([2, 3]), f.x([3]), f.x([3], "j2", "c")])
    f.add("marginRankingLoss", [f.x([3]), f.x([3]), f.x([], "j2", "c")])
    f.add("marginRankingLoss", [f.x([3]), f.x([4]), f.x([3], "j2", "c")])
    f.add("softMarginLoss", [f.x([2, 3]), f.x([3], "j2", "c")])
    f.add("softMarginLoss", [f.x([3]), f.x([2, 3], "j2", "c")])
    f.add("softMarginLoss", [f.x([3], "i3", "c"), f.x([3], "j2", "c")])
    for shape in ([4, 5], [7], [1, 1], [3, 2], [2, 11], []):
        n, classes = (shape[0], shape[1]) if len(shape) == 2 else (None, shape[0] if shape else 1)
        for reduction in REDUCTIONS:
            for p in (1, 2):
                kw = {"reduction": reduction, "p": p, **c.choice([{}, {"margin": 0.5}, {"margin": 2}])}
                target = f.x([] if n is None else [n], "i%d" % classes, "c")
                f.add("multiMarginLoss", [f.x(shape), target], None, kw)
                f.add("multiMarginLoss", [f.x(shape), target, f.x([classes], "p", ng=True)], ref(0, 1), {**kw, "weight": {"$": 2}})
            lists = f.x(shape, "j%d" % classes, c.choice("ct"))
            f.program([f.x(shape), lists], [["t", "clamp", ref(1), {"min": -1}], ["y", "multilabelMarginLoss", [{"$": 0}, {"$": "t"}], {"reduction": reduction}]], ["y"], name="multilabelMarginLoss")
            f.add("multilabelMarginLoss", [f.x(shape), f.x(shape, "i%d" % classes)], None, {"reduction": reduction})
    for reduction in ("sum", "none"):  # torch's mean over no item is not set to anything
        f.add("multiMarginLoss", [f.x([0, 3]), f.x([0], "i3", "c")], None, {"reduction": reduction})
        f.add("multilabelMarginLoss", [f.x([0, 3]), f.x([0, 3], "i3", "c")], None, {"reduction": reduction})
    for reduction in REDUCTIONS:
        f.add("multiMarginLoss", [f.x([4]), f.x([1], "i4", "c")], None, {"reduction": reduction})
    for input, target in (([3, 4], f.x([3], "i9", "c")), ([3, 4], f.x([3], "j9", "c")), ([3, 4], f.x([4], "i3", "c")), ([2, 0], f.x([2], "i3", "c")), ([2, 3, 4], f.x([2], "i3", "c")), ([3, 4], f.x([3])), ([3, 4], f.x([3], "m", "c"))):
        f.add("multiMarginLoss", [f.x(input), target])
    f.add("multiMarginLoss", [f.x([3, 4]), f.x([3], "i4", "c")], None, {"p": 3})
    f.add("multiMarginLoss", [f.x([3, 4]), f.x([3], "i4", "c"), f.x([3], "p", ng=True)], ref(0, 1), {"weight": {"$": 2}})
    f.add("multiMarginLoss", [f.x([3, 4]), f.x([3], "i4", "c"), f.x([3, 4], "p", ng=True)], ref(0, 1), {"weight": {"$": 2}})
    for input, target in (([3, 4], f.x([3, 4], "i9", "c")), ([3, 4], f.x([3, 4], "j4", "c")), ([3, 4], f.x([3, 3], "i3", "c")), ([2, 0], f.x([2, 0], "i3", "c")), ([2, 3, 4], f.x([2, 3, 4], "i3", "c")), ([3, 4], f.x([3, 4])), ([4], f.x([3], "i3", "c"))):
        f.add("multilabelMarginLoss", [f.x(input), target])
    return f


def embeddings():
    f = Family("losses of embeddings")
    c = f.choose
    for shape in ([3, 5], [7], [4, 1], [0, 3], [1, 4]):
        for reduction in REDUCTIONS:
            kw = {"reduction": reduction, **c.choice([{}, {"margin": 0.3}, {"margin": -0.5}])}
            f.add("cosineEmbeddingLoss", [f.x(shape), f.x(shape), f.x(shape[:-1], "j2", "c")], None, kw, gg=True)
    for a, b, t in (([2, 3], [1, 3], [2]), ([2, 3], [2, 3], [1]), ([2, 3], [2, 3], []), ([3], [3], [1]), ([2, 3], [2, 4], [2]), ([2, 3], [2, 3], [3]), ([2, 3], [2, 3], [2, 1]), ([2, 3], [3], [2])):
        f.add("cosineEmbeddingLoss", [f.x(a), f.x(b), f.x(t, "j2", "c")], None, {"reduction": "none"}, gg=True)
    # The second derivative of distances in one dimension is the rounding of 0.
    for shape in ([3, 5], [4], [2, 3, 4], [0, 3], [3, 1], [1, 2, 2, 3]):
        for reduction in REDUCTIONS:
            for swap in (False, True):
                kw = {"reduction": reduction, "swap": swap}
                triplet = [f.x(shape, "h"), f.x(shape, "h"), f.x(shape, "h")]
                f.add("tripletMarginLoss", triplet, None, {**kw, **c.choice([{}, {"margin": 0.3}, {"p": 1}, {"p": 3}, {"p": 1.5, "eps": 0.01}])}, gg=shape[-1] > 1)
                f.add("tripletMarginWithDistanceLoss", triplet, None, {**kw, **c.choice([{}, {"margin": 0.3}])}, gg=shape[-1] > 1)
    for op in ("tripletMarginLoss", "tripletMarginWithDistanceLoss"):
        f.add(op, [f.x([2, 3], "h"), f.x([1, 3], "h"), f.x([2, 3], "h")], gg=True)
        f.add(op, [f.x([2, 3]), f.x([3]), f.x([2, 3])])
        f.add(op, [f.x([2, 3]), f.x([2, 4]), f.x([2, 3])])
        f.add(op, [f.x([2, 3]), f.x([2, 3]), f.x([2, 3])], None, {"margin": 0})
    for p in (0, 0.5, 1, 2, 3, -1):
        f.add("tripletMarginLoss", [f.x([3, 4], "h"), f.x([3, 4], "h"), f.x([3, 4], "h")], None, {"p": p})
    for a, b in (([3, 5], [3, 5]), ([4], [4]), ([2, 3, 4], [3, 4]), ([0, 3], [0, 3]), ([], []), ([2, 1], [3])):
        for kw in ({}, {"p": 1}, {"keepdim": True, "eps": 0.1}, {"p": 3}):
            f.add("pairwiseDistance", [f.x(a), f.x(b)], None, kw, gg=True)
    f.add("pairwiseDistance", [f.x([2, 3]), f.x([2, 4])])
    for shape, dim in (([3, 5], 1), ([2, 3, 4], 0), ([4], 0), ([0, 3], 1), ([2, 3, 4], -1)):
        f.add("cosineSimilarity", [f.x(shape), f.x(shape)], ref(0, 1) + [dim], gg=True)
        for p in (2, 1, 3):
            f.add("normalize", [f.x(shape)], ref(0), {"dim": dim, "p": p}, gg=p == 2)
    f.add("normalize", [f.x([2, 3])], None, {"eps": 3}, gg=True)
    for rest in ([1], [3, 0], [2, -1, 0.5], [4.0]):
        f.add("normalize", [f.x([2, 3])], ref(0) + rest)
    f.add("normalize", [f.x([2, 3])], ref(0) + [1.0, 0], {"eps": 4})
    f.add("cosineSimilarity", [f.x([3], "z", "c"), f.x([3])], None, {"dim": 0, "eps": 0.1}, gg=True)
    f.program([f.x([2, 3]), f.x([2, 3])], [["x", "mul", [{"$": 0}, 0], {}], ["y", "cosineSimilarity", [{"$": "x"}, {"$": 1}], {}]], ["y"], name="cosineSimilarity", gg=True)
    f.add("cosineSimilarity", [f.x([3, 1, 4]), f.x([2, 4])], ref(0, 1) + [-1], gg=True)
    f.add("cosineSimilarity", [f.x([3, 4]), f.x([3, 4])], None, {"dim": 0, "eps": 2})
    return f


def families():
    return [margins(), embeddings()]
