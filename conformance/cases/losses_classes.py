"""Losses of classes, and of sequences of them."""
from harness import Family

from .losses import REDUCTIONS, ref


def classes():
    f = Family("losses of classes")
    for count, item in ((5, [4]), (3, [2, 3]), (4, [3, 2, 2]), (1, [3]), (7, []), (3, [0]), (5, [1]), (11, [6]), (3, [2, 2, 1, 3]), (2, [2, 0])):
        logits = [count] if not item else [item[0], count, *item[1:]]
        for reduction in REDUCTIONS:
            for _ in range(2):
                kw = {"reduction": reduction}
                inputs = [f.x(logits, f.choose.choice("nw")), f.x(item, "i%d" % count, f.choose.choice("cct"))]
                if f.choose.random() < 0.5:
                    inputs.append(f.x([count], "p", ng=True))
                    kw["weight"] = {"$": 2}
                if f.choose.random() < 0.5:
                    kw["ignoreIndex"] = f.choose.randrange(count)
                f.add("nllLoss", inputs, ref(0, 1), dict(kw), gg=True)
                if f.choose.random() < 0.6:
                    kw["labelSmoothing"] = f.choose.choice([0.1, 0.35, 1])
                f.add("crossEntropy", inputs, ref(0, 1), kw, gg=True)
        for reduction in REDUCTIONS:
            kw = {"reduction": reduction, "labelSmoothing": f.choose.choice([0, 0.2])}
            inputs = [f.x(logits), f.x(logits, "q")]
            if f.choose.random() < 0.5:
                inputs.append(f.x([count], "p", ng=f.choose.random() < 0.5))
                kw["weight"] = {"$": 2}
            f.add("crossEntropy", inputs, ref(0, 1), kw, gg=True)
    for op in ("crossEntropy", "nllLoss"):
        for input, target in (([3, 4], f.x([3], "i9", "c")), ([3, 4], f.x([4], "i3", "c")), ([3, 4], f.x([3], "j9", "c")), ([3, 4], f.x([3, 1], "i3", "c")), ([3, 4], f.x([], "i3", "c")),
                              ([4, None], f.x([1], "i4", "c")), ([4], f.x([2], "i4", "c")), ([4], f.x([0], "i4", "c")), ([], f.x([], "i1", "c")), ([2, 3, 4], f.x([2], "i3", "c")), ([3, 4], f.x([3])), ([3, 4], f.x([3], "m", "c"))):
            for reduction in ("mean", "none"):
                # torch takes the label of one item as a list of one, but has no gradient then.
                x = f.x([4], ng=True) if input == [4, None] else f.x(input)
                f.add(op, [x, target], None, {"reduction": reduction})
        f.add(op, [f.x([3, 4], "i5", "c"), f.x([3], "i3", "c")])
        f.add(op, [f.x([3, 4]), f.x([3], "i3", "c"), f.x([3], "p", ng=True)], ref(0, 1), {"weight": {"$": 2}})
        f.add(op, [f.x([3, 4]), f.x([3], "i3", "c"), f.x([4, 1], "p", ng=True)], ref(0, 1), {"weight": {"$": 2}})
        f.add(op, [f.x([3, 4]), f.x([3], "i3", "c"), f.x([4], "p")], ref(0, 1), {"weight": {"$": 2}})
        f.add(op, [f.x([2, 3], "n"), f.x([2], "i1", "c")], None, {"ignoreIndex": 0})
        f.add(op, [f.x([6, 3], "s", "c"), f.x([6], "i3", "c")], None, {"reduction": "none"})
        f.add(op, [f.x([3, 4]), f.x([3], "i4", "c", d="uint8")])
    f.add("nllLoss", [f.x([3, 4]), f.x([3, 4], "q")])
    f.add("crossEntropy", [f.x([3, 4]), f.x([3], "i4", "c")], None, {"labelSmoothing": 1.2})
    f.add("crossEntropy", [f.x([3, 4]), f.x([3, 4], "q")], None, {"ignoreIndex": 1})
    f.add("crossEntropy", [f.x([3, 4]), f.x([3, 4], "q")], None, {"ignoreIndex": -1})
    f.add("crossEntropy", [f.x([2, 0]), f.x([2, 0], "q")])
    f.add("crossEntropy", [f.x([3, 4]), f.x([3, 4], "q"), f.x([3], "p")], ref(0, 1), {"weight": {"$": 2}})
    for weight, input, target in (([4, 3], [2, 3], f.x([2], "i4", "c")), ([4, 3], [3], f.x([], "i4", "c")), ([4, 2, 3], [2, 3], f.x([2, 2], "i4", "c")), ([4, 3], [2, 3], f.x([2, 4], "q")),
                                  ([4, 3], [2, 2, 3], f.x([2, 2], "i4", "c")), ([4, 3], [2, 5], f.x([2], "i4", "c")), ([4, 2, 3], [3], f.x([2], "i4", "c")), ([3], [2, 3], f.x([2], "i4", "c"))):
        for kw in ({}, {"reduction": "sum", "labelSmoothing": 0.2}, {"ignoreIndex": 1, "reduction": "none"}):
            f.add("linearCrossEntropy", [f.x(input), f.x(weight), target, f.x(weight[:-1])], ref(0, 1, 2), {**kw, "linearBias": {"$": 3}}, gg=True)
            f.add("linearCrossEntropy", [f.x(input), f.x(weight), target], None, kw, gg=True)
    return f


def ctc():
    f = Family("ctc")
    c = f.choose

    def add(inputs, rest, kw, **flags):
        f.program(inputs, [["p", "logSoftmax", ref(0) + [len(inputs[0]["s"]) - 1], {}], ["y", "ctcLoss", [{"$": "p"}, *rest], kw]], ["y"], name="ctcLoss", gg=True, **flags)

    # Labels in a row are contiguous: torch 2.15 reads others at wrong places, outside their memory too.
    for i in range(40):
        steps, n, classes, most = c.choice([4, 6, 9]), c.choice([1, 2, 3, 5]), c.choice([2, 3, 5, 7]), c.choice([1, 2, 3])
        kw = {"reduction": REDUCTIONS[i % 3]}
        if c.random() < 0.4:
            kw["blank"] = c.randrange(classes)
        if c.random() < 0.4:
            kw["zeroInfinity"] = True
        inputs, labels = [c.randint(max(0, steps - 3), steps) for _ in range(n)], [c.randint(0, most) for _ in range(n)]
        x = f.x([steps, n, classes], c.choice("nnw"))
        if i % 2:
            add([x, f.x([n, most], "i%d" % classes)], [{"$": 1}, inputs, labels], kw)
        else:
            add([x, f.x([sum(labels)], "i%d" % classes, "c")], [{"$": 1}, inputs, labels], kw)
    # Lengths as tensors; inputs that are too short, or of no step.
    for reduction in REDUCTIONS:
        for more in ({}, {"zeroInfinity": True}):
            add([f.x([5, 4, 3]), f.x([4, 3], "i3"), f.x([4], "i6", "c"), f.x([4], "i4", "c")], ref(1, 2, 3), {"reduction": reduction, **more})
            add([f.x([2, 2, 3]), f.x([2, 2], "i3"), f.x([2], "i3", "c", d="int32"), f.x([2], "i3", "c", d="int32")], ref(1, 2, 3), {"reduction": reduction, **more})
            add([f.x([6, 4]), f.x([2], "i4", "c")], [{"$": 1}, [6], [2]], {"reduction": reduction, **more})
            add([f.x([6, 4]), f.x([1, 3], "i4")], [{"$": 1}, [5], [2]], {"reduction": reduction, **more})
    add([f.x([3, 2, 4]), f.x([2, 0], "i4", "c")], [{"$": 1}, [3, 2], [0, 0]], {})
    add([f.x([3, 2, 4]), f.x([0], "i4", "c")], [{"$": 1}, [3, 2], [0, 0]], {"reduction": "none"})
    add([f.x([30, 3, 6]), f.x([3, 9], "i6")], [{"$": 1}, [30, 28, 21], [9, 7, 9]], {})
    f.add("ctcLoss", [f.x([5, 2, 4]), f.x([2, 2], "i4", "c")], ref(0, 1) + [[5, 4], [2, 2]], {"reduction": "sum"})
    f.add("ctcLoss", [f.x([6, 2, 4], "s", "c"), f.x([2, 2], "i4", "c")], ref(0, 1) + [[5, 4], [2, 2]], {"reduction": "none"})
    # Refused calls.
    lp, t = [3, 2, 4], f.x([2, 2], "i4", "c")
    for x, target, inputs, labels, kw in (
        (f.x([3, 0, 4]), f.x([0, 2], "i4", "c"), [], [], {}), (f.x([0, 2, 4]), t, [0, 0], [0, 0], {}), (f.x([4]), t, [3, 3], [2, 2], {}), (f.x([3, 2, 4, 1]), t, [3, 3], [2, 2], {}),
        (f.x(lp), t, [3, 4], [1, 1], {}), (f.x(lp), t, [3, -1], [1, 1], {}), (f.x(lp), t, [3, 3], [1, -1], {}), (f.x(lp), t, [3, 3], [1, 3], {}), (f.x(lp), t, [3], [1, 1], {}), (f.x(lp), t, [3, 3], [1, 1, 1], {}),
        (f.x(lp), f.x([2], "i4", "c"), [3, 3], [2, 2], {}), (f.x(lp), f.x([5], "i4", "c"), [3, 3], [2, 2], {}), (f.x(lp), f.x([3, 2], "i4", "c"), [3, 3], [2, 2], {}), (f.x(lp), f.x([], "i4", "c"), [3, 3], [2, 2], {}),
        (f.x(lp), f.x([2, 2, 1], "i4", "c"), [3, 3], [2, 2], {}), (f.x(lp), t, [3, 3], [2, 2], {"blank": 4}), (f.x(lp), t, [3, 3], [2, 2], {"blank": -1}), (f.x(lp, "i4", "c"), t, [3, 3], [2, 2], {}),
        (f.x(lp), t, [3, 3], [2, 2], {"reduction": "batchmean"}),
    ):
        f.add("ctcLoss", [x, target], ref(0, 1) + [inputs, labels], kw)
    f.add("ctcLoss", [f.x(lp), t, f.x([2], "q"), f.x([2], "i2", "c")])
    return f


def families():
    return [classes(), ctc()]
