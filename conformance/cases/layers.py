"""Losses, convolutions, pools and normalisations."""
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
    for shape in ([3], [2, 3], [], [0, 2]):
        f.add("embedding", [f.x(shape, "i5"), f.x([5, 3])], gg=True)
        f.add("embedding", [f.x(shape, "i5"), f.x([5, 3])], None, {"paddingIdx": f.choose.choice([0, 2, -1])}, gg=True)
        f.add("oneHot", [f.x(shape, "i5")], ref(0) + [6])
    f.add("oneHot", [f.x([4], "i5")], ref(0))
    f.add("embedding", [f.x([3], "j5"), f.x([5, 3])])
    return f


def conv():
    f = Family("conv")
    c = f.choose
    for i in range(50):
        groups = c.choice([1, 1, 1, 2, 3])
        cin, cout = groups * c.choice([1, 1, 2, 3]), groups * c.choice([1, 2, 3])
        if i % 9 == 8:
            groups = cin
            cout = cin * c.choice([1, 2])
        kernel = [c.choice([1, 2, 3, 3, 5]), c.choice([1, 2, 3, 3, 4])]
        size = [c.choice([1, 3, 4, 5, 6, 7]), c.choice([1, 3, 4, 5, 7])]
        batch = c.choice([1, 1, 2, 3, 0] if i % 10 == 0 else [1, 2])
        pair = lambda options: c.choice([c.choice(options), [c.choice(options), c.choice(options)]])
        kw = {}
        if c.random() < 0.5:
            kw["stride"] = pair([1, 2, 3])
        if c.random() < 0.6:
            kw["padding"] = pair([0, 1, 2, 3]) if c.random() < 0.85 or "stride" in kw else c.choice(["same", "valid"])
        if c.random() < 0.4:
            kw["dilation"] = pair([1, 2, 3])
        if groups > 1:
            kw["groups"] = groups
        shape = ([batch] if i % 7 else []) + [cin, *size]
        inputs = [f.x(shape), f.x([cout, cin // groups, *kernel])]
        if c.random() < 0.6:
            inputs.append(f.x([cout]))
            f.add("conv2d", inputs, None, kw, gg=c.random() < 0.3)
        else:
            f.add("conv2d", inputs, ref(0, 1) + [None], kw, gg=c.random() < 0.3)
    f.add("conv2d", [f.x([1, 2, 4, 4]), f.x([3, 3, 2, 2])])
    f.add("conv2d", [f.x([1, 2, 2, 2]), f.x([3, 2, 3, 3])])
    f.add("conv2d", [f.x([1, 2, 4, 4]), f.x([3, 2, 2, 2]), f.x([2])])
    for _ in range(12):
        kw = {k: v for k, v in {"stride": c.choice([1, 2]), "padding": c.choice([0, 1, 2]), "dilation": c.choice([1, 2])}.items() if c.random() < 0.6}
        shape = [2, 3, c.choice([4, 5, 7, 8])][c.choice([0, 1]):]
        f.add("conv1d", [f.x(shape), f.x([c.choice([1, 2, 4]), 3, c.choice([1, 2, 3])])], ref(0, 1) + [None], kw, gg=True)
    return f


def has_empty_window(size, kernel, kw):
    """Whether a window lies in the padding altogether: torch 2.15's maxPool2d backward then writes outside its memory."""
    pair = lambda v: v if isinstance(v, list) else [v, v]
    k, p, d = pair(kernel), pair(kw.get("padding", 0)), pair(kw.get("dilation", 1))
    s = pair(kw.get("stride", kernel))
    for i in range(2):
        for start in range(-p[i], size[i], s[i]):
            if not any(0 <= start + j * d[i] < size[i] for j in range(k[i])):
                return True
    return False


def pool():
    f = Family("pool")
    c = f.choose
    for i in range(110):
        op = ["maxPool2d", "avgPool2d"][i % 2]
        kernel = c.choice([1, 2, 3, [2, 3], [3, 1], [1, 2], 4])
        size = [c.choice([1, 2, 3, 4, 5, 7]), c.choice([2, 3, 4, 6, 8])]
        kw = {}
        if c.random() < 0.6:
            kw["stride"] = c.choice([1, 2, 3, [2, 1], [1, 3]])
        if c.random() < 0.5:
            kw["padding"] = c.choice([1, [0, 1], [1, 0], 2])
        if c.random() < 0.5:
            kw["ceilMode"] = True
        if op == "maxPool2d":
            if c.random() < 0.4:
                kw["dilation"] = c.choice([2, [1, 2], 3])
            if c.random() < 0.4:
                kw["returnIndices"] = True
        else:
            if c.random() < 0.5:
                kw["countIncludePad"] = False
            if c.random() < 0.25:
                kw["divisorOverride"] = c.choice([1, 3, 7, -2])
        if op == "maxPool2d" and has_empty_window(size, kernel, kw):
            continue
        lead = c.choice([[1, 2], [2, 1], [3], [2, 3]] + ([[0, 2]] if i % 20 < 2 else []))
        f.add(op, [f.x(lead + size, c.choice("nnt"))], ref(0) + [kernel], kw, gg=c.random() < 0.3)
    for shape in ([1, 2, 5, 7], [2, 4, 4], [2, 1, 3, 3], [0, 1, 4, 4]):
        for size in (1, 2, 3, [2, 3], [None, 1], [5, 4]):
            f.add("adaptiveAvgPool2d", [f.x(shape)], ref(0) + [size], gg=True)
    f.add("maxPool2d", [f.x([1, 1, 6, 7], "s", "c")], ref(0) + [2], {"returnIndices": True})
    f.add("avgPool2d", [f.x([1, 1, 6, 7], "s", "c")], ref(0) + [2])
    return f


def norms():
    f = Family("normalisation")
    c = f.choose
    # The weights lie in one run: torch 2.15 gives wrong gradients for strided ones.
    for shape in ([4, 3], [2, 3, 5], [2, 3, 2, 3], [7, 1], [5, 2, 1], [1, 2, 3], [1, 3], [0, 3], [3, 2, 1, 1], [3], [2, 2, 2, 1, 2]):
        channels = shape[1] if len(shape) > 1 else 1
        for training in (True, False, True):
            kw = {"training": training}
            if c.random() < 0.5:
                kw["momentum"] = c.choice([0.3, 1, 0])
            if c.random() < 0.5:
                kw["eps"] = 1e-3
            stats = [f.x([channels], "h", "c", ng=True), f.x([channels], "p", "c", ng=True)]
            f.program([f.x(shape), *stats, f.x([channels], "n", "c"), f.x([channels], "n", "c")], [["y", "batchNorm", ref(0, 1, 2, 3, 4), kw]], ["y", "x1", "x2"], name="batchNorm", gg=c.random() < 0.5)
        f.program([f.x(shape)], [["y", "batchNorm", ref(0) + [None, None, None, None], {"training": True}]], ["y"], name="batchNorm")
    # Several steps move the running statistics.
    steps = [["y%d" % i, "batchNorm", ref(i, 5, 6, 7, 8), {"training": True, "momentum": 0.2}] for i in range(4)] + [["e", "batchNorm", ref(4, 5, 6, 7, 8), {}]]
    f.program([f.x([5, 3, 2]) for _ in range(5)] + [f.x([3], "h", "c", ng=True), f.x([3], "p", "c", ng=True), f.x([3], "n", "c"), f.x([3], "n", "c")], steps, ["y3", "e", "x5", "x6"], name="batchNorm steps")
    f.program([f.x([3, 4]), f.x([3], "h", "c", ng=True), f.x([3], "p", "c", ng=True)], [["y", "batchNorm", ref(0, 1, 2), {"training": True}]], ["y"], name="batchNorm")
    for shape, norm in (([3, 5], [5]), ([2, 3, 4], [3, 4]), ([2, 3, 4], [4]), ([7], [7]), ([3, 1], [1]), ([0, 3], [3]), ([2, 2, 3, 2], [2, 3, 2]), ([3, 5], [4]), ([3, 0], [0])):
        f.add("layerNorm", [f.x(shape), f.x(norm), f.x(norm)], [{"$": 0}, norm, {"$": 1}, {"$": 2}], {}, gg=True)
        f.add("layerNorm", [f.x(shape)], ref(0) + [norm], {}, gg=True)
        f.add("layerNorm", [f.x(shape), f.x(norm)], [{"$": 0}, norm, {"$": 1}, None, 0.1], {})
    return f


def families():
    return [loss(), conv(), pool(), norms()]
