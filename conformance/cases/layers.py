"""Losses."""
from harness import Family

from .elementwise import ref


def loss():
    f = Family("loss")
    reductions = ["mean", "sum", "none"]
    for shape in ([3, 5], [7], [], [2, 3, 4], [0, 3], [1]):
        for reduction in reductions:
            kw = {"reduction": reduction}
            for op in ("mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"):
                more = {"smoothL1Loss": f.choose.choice([{}, {"beta": 0.3}, {"beta": 0}]), "huberLoss": f.choose.choice([{}, {"delta": 0.4}])}.get(op, {})
                f.add(op, [f.x(shape), f.x(shape)], None, {**kw, **more}, gg=op == "mseLoss")
            f.add("binaryCrossEntropy", [f.x(shape, "q"), f.x(shape, "q")], None, kw)
            # torch adds 1e-12 in the second derivative.
            f.add("binaryCrossEntropy", [f.x(shape, "q"), f.x(shape, "q")], None, kw, gg=True, tol=1e-9)
            f.add("binaryCrossEntropyWithLogits", [f.x(shape, "w"), f.x(shape, "q")], None, kw, gg=True)
    f.add("mseLoss", [f.x([3, 1]), f.x([4])])
    for weight in ([3, 5], [5], [3, 1]):
        f.add("binaryCrossEntropy", [f.x([3, 5], "q"), f.x([3, 5], "q"), f.x(weight, "p", ng=True)], ref(0, 1), {"weight": {"$": 2}})
        f.add("binaryCrossEntropyWithLogits", [f.x([3, 5]), f.x([3, 5], "q"), f.x(weight, "p", ng=True), f.x([5], "p", ng=True)], ref(0, 1), {"weight": {"$": 2}, "posWeight": {"$": 3}, "reduction": "sum"})
    f.add("binaryCrossEntropyWithLogits", [f.x([22], "s", "c"), f.x([22], "q", "c")])
    f.add("binaryCrossEntropy", [f.x([12], "m", "c", ng=True), f.x([12], "q", "c")])
    f.add("binaryCrossEntropy", [f.x([4, 3], "n"), f.x([4, 3], "q")])
    for classes, item in ((5, [4]), (3, [2, 3]), (4, [3, 2, 2]), (1, [3]), (7, []), (3, [0]), (5, [1]), (11, [6])):
        logits = [classes] if not item else [item[0], classes, *item[1:]]
        for reduction in reductions:
            for _ in range(2):
                kw = {"reduction": reduction}
                inputs = [f.x(logits, f.choose.choice("nw")), f.x(item, "i%d" % classes, f.choose.choice("cct"), **({"d": "int64"}))]
                if f.choose.random() < 0.5:
                    inputs.append(f.x([classes], "p", ng=True))
                    kw["weight"] = {"$": 2}
                if f.choose.random() < 0.5:
                    kw["ignoreIndex"] = f.choose.randrange(classes)
                f.add("nllLoss", inputs, ref(0, 1), dict(kw))
                if f.choose.random() < 0.6:
                    kw["labelSmoothing"] = f.choose.choice([0.1, 0.35, 1])
                f.add("crossEntropy", inputs, ref(0, 1), kw)
        for reduction in reductions:
            kw = {"reduction": reduction, "labelSmoothing": f.choose.choice([0, 0.2])}
            inputs = [f.x(logits), f.x(logits, "q")]
            if f.choose.random() < 0.5:
                inputs.append(f.x([classes], "p", ng=True))
                kw["weight"] = {"$": 2}
            f.add("crossEntropy", inputs, ref(0, 1), kw, gg=True)
    f.add("crossEntropy", [f.x([3, 4]), f.x([3], "i9", "c")])
    f.add("crossEntropy", [f.x([3, 4]), f.x([4], "i3", "c")])
    f.add("crossEntropy", [f.x([3, 4], "w"), f.x([3], "j9", "c")])
    f.add("nllLoss", [f.x([3, 4]), f.x([3], "i9", "c")])
    f.add("crossEntropy", [f.x([2, 3], "n"), f.x([2], "i1", "c")], None, {"ignoreIndex": 0})
    f.add("crossEntropy", [f.x([6, 3], "s", "c"), f.x([6], "i3", "c")], None, {"reduction": "none"})
    for shape, dim in (([3, 5], 1), ([2, 3, 4], 0), ([4], 0), ([0, 3], 1), ([2, 3, 4], -1)):
        f.add("cosineSimilarity", [f.x(shape), f.x(shape)], ref(0, 1) + [dim], gg=True)
        for p in (2, 1, 3):
            f.add("normalize", [f.x(shape)], ref(0), {"dim": dim, "p": p}, gg=p == 2)
    f.add("cosineSimilarity", [f.x([3, 1, 4]), f.x([2, 4])], ref(0, 1) + [-1])
    return f


def families():
    return [loss()]
