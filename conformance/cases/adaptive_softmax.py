"""The softmax with clusters of rare classes."""
from modules import Modules


def layers():
    m = Modules("adaptive softmax")
    for args, kw, n in (
        ([8, 10, [2, 5]], {}, 6), ([8, 10, [4]], {"head_bias": True}, 5), ([9, 12, [1, 2, 7]], {"div_value": 2.0}, 7), ([6, 7, [6]], {"div_value": 1.5, "head_bias": True}, 4),
        ([5, 20, [3, 10]], {"div_value": 2.0}, 1), ([4, 10, [2, 5]], {}, 3), ([8, 10, [2, 5]], {"div_value": 2.0}, 20),
    ):
        m.add("AdaptiveLogSoftmaxWithLoss", args, kw, [m.x([n, args[0]]), m.x([n], "i%d" % args[1], "c")], gg=True)
    m.add("AdaptiveLogSoftmaxWithLoss", [8, 10, [2, 5]], {}, [m.x([8]), m.x([], "i10", "c")])
    m.add("AdaptiveLogSoftmaxWithLoss", [8, 10, [5]], {}, [m.x([4, 8]), m.x([4], "i5", "c")])  # no target in the cluster
    for args in ([8, 10, []], [8, 10, [5, 2]], [8, 10, [0, 5]], [8, 10, [10]], [8, 10, [2, 2]]):
        m.add("AdaptiveLogSoftmaxWithLoss", args, {}, [m.x([2, 8]), m.x([2], "i10", "c")])
    m.add("AdaptiveLogSoftmaxWithLoss", [8, 10, [5]], {}, [m.x([4, 8]), m.x([3], "i5", "c")])
    m.add("AdaptiveLogSoftmaxWithLoss", [8, 10, [5]], {}, [m.x([8]), m.x([1], "i5", "c")])
    m.add("AdaptiveLogSoftmaxWithLoss", [8, 10, [5]], {}, [m.x([4, 8]), m.x([4, 1], "i5", "c")])
    m.add("AdaptiveLogSoftmaxWithLoss", [8, 3, [2]], {}, [m.x([6, 8]), m.x([6], "i9", "c")])
    return m


def families():
    return [layers()]
