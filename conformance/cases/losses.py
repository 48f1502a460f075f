"""Losses of numbers, and of yes and no."""
from harness import Family

REDUCTIONS = ["mean", "sum", "none"]


def ref(*indices):
    return [{"$": i} for i in indices]


def numbers():
    f = Family("losses of numbers")
    c = f.choose
    for shape in ([3, 4], [5], [], [2, 1, 3], [0, 3], [1], [2, 0]):
        for reduction in REDUCTIONS:
            kw = {"reduction": reduction}
            for op in ("mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"):
                more = {"smoothL1Loss": c.choice([{}, {"beta": 0.3}, {"beta": 0}]), "huberLoss": c.choice([{}, {"delta": 0.4}, {"delta": 5}])}.get(op, {})
                f.add(op, [f.x(shape, c.choice("nnt")), f.x(shape)], None, {**kw, **more}, gg=True)
                if op != "smoothL1Loss":
                    f.add(op, [f.x(shape), f.x(shape), f.x(shape, "p")], ref(0, 1), {**kw, **more, "weight": {"$": 2}}, gg=True)
    for op in ("mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"):
        for a, b in (([3, 1], [4]), ([2, 3], [3]), ([3], [2, 3]), ([2, 3], [])):
            f.add(op, [f.x(a), f.x(b)], gg=True)
        f.add(op, [f.x([3]), f.x([4])])
        f.add(op, [f.x([3], ng=op == "huberLoss"), f.x([3], "i4", "c")])  # torch has no gradient for huberLoss here
        f.add(op, [f.x([3], "i4", "c"), f.x([3], "i4", "c")])
        f.add(op, [f.x([12], "s", "c"), f.x([12], "n", "c")], None, {"reduction": "none"})
        if op != "smoothL1Loss":
            f.add(op, [f.x([2, 3]), f.x([3]), f.x([2, 3], "p")], ref(0, 1), {"weight": {"$": 2}})
            f.add(op, [f.x([3]), f.x([2, 3]), f.x([3], "p")], ref(0, 1), {"weight": {"$": 2}})
            f.add(op, [f.x([2, 3]), f.x([2, 3]), f.x([3], "p")], ref(0, 1), {"weight": {"$": 2}})
        f.add(op, [f.x([3]), f.x([3])], None, {"reduction": "average"})
    f.add("l1Loss", [f.x([3], "i4", "c"), f.x([3], "i4", "c")], None, {"reduction": "sum"})
    f.add("smoothL1Loss", [f.x([3]), f.x([3])], None, {"beta": -1})
    f.add("huberLoss", [f.x([3]), f.x([3])], None, {"delta": 0})
    f.add("huberLoss", [f.x([3]), f.x([3])], None, {"delta": -0.5})
    # Equal numbers, and those that lie just as far apart as the bend.
    for kw in ({"huberLoss": {}, "smoothL1Loss": {}}, {"huberLoss": {"delta": 2}, "smoothL1Loss": {"beta": 2}}):
        for op, more in kw.items():
            for kinds in ("zz", "tt"):
                f.add(op, [f.x([4, 5], kinds[0]), f.x([4, 5], kinds[1])], None, {"reduction": "none", **more}, gg=True)
                f.add(op, [f.x([4, 5], kinds[0]), f.x([4, 5], kinds[1], ng=True)], None, more, gg=True)
    return f


def binary():
    f = Family("losses of yes and no")
    for shape in ([3, 4], [5], [], [2, 1, 3], [0, 3], [1]):
        for reduction in REDUCTIONS:
            kw = {"reduction": reduction}
            f.add("binaryCrossEntropy", [f.x(shape, "q"), f.x(shape, "q")], None, kw)
            # torch adds 1e-12 in the second derivative.
            f.add("binaryCrossEntropy", [f.x(shape, "q"), f.x(shape, "q")], None, kw, gg=True, tol=1e-9)
            f.add("binaryCrossEntropyWithLogits", [f.x(shape, "w"), f.x(shape, "q")], None, kw, gg=True)
            if shape:
                f.add("multilabelSoftMarginLoss", [f.x(shape, "n"), f.x(shape, "q")], None, kw, gg=True)
                f.add("multilabelSoftMarginLoss", [f.x(shape), f.x(shape, "i2", "c"), f.x(shape[-1:], "p")], ref(0, 1), {**kw, "weight": {"$": 2}}, gg=True)
    for weight in ([3, 5], [5], [3, 1], [], [1, 1]):
        for reduction in REDUCTIONS:
            kw = {"weight": {"$": 2}, "reduction": reduction}
            f.add("binaryCrossEntropy", [f.x([3, 5], "q"), f.x([3, 5], "q"), f.x(weight, "p", ng=True)], ref(0, 1), kw)
            f.add("binaryCrossEntropyWithLogits", [f.x([3, 5]), f.x([3, 5], "q"), f.x(weight, "p", ng=True), f.x([5], "p", ng=True)], ref(0, 1), {**kw, "posWeight": {"$": 3}}, gg=True)
            f.add("binaryCrossEntropyWithLogits", [f.x([3, 5]), f.x([3, 5], "q"), f.x(weight, "p", ng=True)], ref(0, 1), {"posWeight": {"$": 2}, "reduction": reduction}, gg=True)
    for op in ("binaryCrossEntropy", "binaryCrossEntropyWithLogits"):
        f.add(op, [f.x([3], "q"), f.x([3], "q"), f.x([2, 3], "p", ng=True)], ref(0, 1), {"weight": {"$": 2}})
        f.add(op, [f.x([3], "q"), f.x([3], "q"), f.x([2], "p", ng=True)], ref(0, 1), {"weight": {"$": 2}})
        f.add(op, [f.x([3, 1], "q"), f.x([3], "q")])
        f.add(op, [f.x([3], "q"), f.x([3], "i2", "c")])
        f.add(op, [f.x([3], "i2", "c"), f.x([3], "q")])
    f.add("binaryCrossEntropyWithLogits", [f.x([22], "s", "c"), f.x([22], "q", "c")])
    f.add("binaryCrossEntropyWithLogits", [f.x([3], "q"), f.x([3], "q"), f.x([2, 3], "p", ng=True)], ref(0, 1), {"posWeight": {"$": 2}})
    f.add("binaryCrossEntropy", [f.x([12], "m", "c", ng=True), f.x([12], "q", "c")])
    f.add("binaryCrossEntropy", [f.x([4, 3], "n"), f.x([4, 3], "q")])
    f.add("binaryCrossEntropy", [f.x([4, 3], "q"), f.x([4, 3], "n")])
    f.add("multilabelSoftMarginLoss", [f.x([2, 3]), f.x([3], "q")], gg=True)
    f.add("multilabelSoftMarginLoss", [f.x([]), f.x([], "q")])
    f.add("multilabelSoftMarginLoss", [f.x([2, 3]), f.x([2], "q")])
    return f


def families():
    return [numbers(), binary()]
