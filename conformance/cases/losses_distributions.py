"""Losses of distributions."""
from harness import Family

from .losses import REDUCTIONS, ref


def distributions():
    f = Family("losses of distributions")
    for shape in ([3, 4], [5], [], [2, 1, 3], [0, 3], [1]):
        for reduction in REDUCTIONS + ["batchmean"]:
            f.add("klDiv", [f.x(shape), f.x(shape, "q")], None, {"reduction": reduction}, gg=True)
            f.add("klDiv", [f.x(shape), f.x(shape)], None, {"reduction": reduction, "logTarget": True}, gg=True)
        for reduction in REDUCTIONS:
            for logs in (True, False):
                kw = {"reduction": reduction, "logInput": logs}
                f.add("poissonNllLoss", [f.x(shape, "n" if logs else "p"), f.x(shape, "p")], None, kw, gg=True)
                f.add("poissonNllLoss", [f.x(shape, "n" if logs else "p"), f.x(shape, "b")], None, {**kw, "full": True, "eps": 0.1}, gg=True)
            for variances in [shape] + ([shape[:-1], shape[:-1] + [1]] if shape and shape[-1] != 1 else []):
                f.add("gaussianNllLoss", [f.x(shape), f.x(shape), f.x(variances, "p")], None, {"reduction": reduction, "full": f.choose.random() < 0.5}, gg=True)
                f.add("gaussianNllLoss", [f.x(shape), f.x(shape), f.x(variances, "p")], None, {"reduction": reduction, "eps": 1}, gg=True)
            f.add("gaussianNllLoss", [f.x(shape), f.x(shape)], ref(0, 1) + [0.7], {"reduction": reduction}, gg=True)
    for a, b in (([2, 3], [3]), ([3], [2, 3]), ([3, 1], [4])):
        f.add("klDiv", [f.x(a), f.x(b, "q")], None, {"reduction": "batchmean"}, gg=True)
        f.add("poissonNllLoss", [f.x(a), f.x(b, "p")], None, {"full": True, "reduction": "none"}, gg=True)
        f.add("gaussianNllLoss", [f.x(a), f.x(b), f.x(a, "p")], gg=True)
    zeros = [f.x([6]), f.x([6], "z", "c", ng=True)]
    f.program(zeros, [["t", "relu", ref(1), {}], ["y", "klDiv", [{"$": 0}, {"$": "t"}], {"reduction": "none"}]], ["y"], name="klDiv", gg=True)
    f.program(zeros, [["t", "relu", ref(1), {}], ["y", "poissonNllLoss", [{"$": 0}, {"$": "t"}], {"full": True}]], ["y"], name="poissonNllLoss", gg=True)
    f.add("klDiv", [f.x([12], "s", "c"), f.x([12], "s", "c")], None, {"reduction": "none"})
    f.add("klDiv", [f.x([3]), f.x([3], "i3", "c")])
    f.add("klDiv", [f.x([3], "i3", "c"), f.x([3], "q")])
    f.add("klDiv", [f.x([3]), f.x([4], "q")])
    f.add("klDiv", [f.x([3]), f.x([3], "q")], None, {"reduction": "batch"})
    f.add("poissonNllLoss", [f.x([5]), f.x([5], "i9", "c")])
    f.add("poissonNllLoss", [f.x([5]), f.x([4], "p")])
    f.add("poissonNllLoss", [f.x([5]), f.x([5], "p")], None, {"reduction": "batchmean"})
    for variances in ([3], [2, 1], [1, 3], [1, 1], [2], [], [2, 3, 1], [4]):
        f.add("gaussianNllLoss", [f.x([2, 3]), f.x([2, 3]), f.x(variances, "p")], gg=True)
    f.add("gaussianNllLoss", [f.x([3]), f.x([3]), f.x([], "p")])
    f.add("gaussianNllLoss", [f.x([5]), f.x([5]), f.x([5], "n")])
    f.add("gaussianNllLoss", [f.x([5]), f.x([5])], ref(0, 1) + [-0.5])
    f.add("gaussianNllLoss", [f.x([5]), f.x([4]), f.x([5], "p")])
    return f


def families():
    return [distributions()]
