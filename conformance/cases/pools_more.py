"""Adaptive and power-average pooling, and what undoes a max pooling."""
from harness import Family

from .elementwise import ref
from .pools import sizes


def adaptive():
    f = Family("adaptive pool")
    c = f.choose
    shapes = {1: ([1, 2, 5], [2, 7], [2, 1, 4], [0, 1, 4], [1, 3, 1]), 2: ([1, 2, 5, 7], [2, 4, 4], [2, 1, 3, 3], [0, 1, 4, 4], [1, 0, 3, 2]), 3: ([1, 2, 3, 4, 5], [2, 2, 3, 4], [0, 1, 2, 2, 2], [1, 1, 1, 6, 2])}
    wanted = {1: (1, 2, 3, [4], 9), 2: (1, 2, 3, [2, 3], [None, 1], [5, 4], [3, None]), 3: (1, 2, [2, 3, 4], [1, None, 3], [5, 2, 1])}
    for rank in (1, 2, 3):
        for shape in shapes[rank]:
            for size in wanted[rank]:
                # torch has no gradient for images without channels, or of no size.
                more = {"ng": True} if rank == 2 and shape[1] == 0 else {}
                f.add("adaptiveAvgPool%dd" % rank, [f.x(shape, **more)], ref(0) + [size], gg=c.random() < 0.5)
                f.add("adaptiveMaxPool%dd" % rank, [f.x(shape, c.choice("nt"), **more)], ref(0) + [size], c.choice([{}, {"returnIndices": True}]), gg=c.random() < 0.5)
        special = [1, 2] + [5, 7, 4][:rank]
        for size in (2, 3, 7):
            f.add("adaptiveAvgPool%dd" % rank, [f.x(special, "s", "c")], ref(0) + [size])
            f.add("adaptiveMaxPool%dd" % rank, [f.x(special, "s", "c")], ref(0) + [size], {"returnIndices": True})
        for op in ("adaptiveAvgPool%dd", "adaptiveMaxPool%dd"):
            f.add(op % rank, [f.x([1, 2] + [3] * rank, ng=True)], ref(0) + [0])
            f.add(op % rank, [f.x([1, 2] + [3] * rank)], ref(0) + [-1])
            f.add(op % rank, [f.x([1, 2] + [0] * rank)], ref(0) + [2])
            f.add(op % rank, [f.x([3] * rank)], ref(0) + [2])
    return f


def norms():
    f = Family("lp pool")
    c = f.choose
    for rank in (1, 2, 3):
        for i in range(16):
            p = [2, 1, 3, 4, 0.5, -1, 1.5, float("inf"), float("-inf")][i % 9]
            kw = {}
            if c.random() < 0.5:
                kw["stride"] = sizes(c, rank, [1, 2, 3])
            if c.random() < 0.4:
                kw["ceilMode"] = True
            if abs(p) == float("inf"):
                continue  # JSON has no infinity: see the layers' tests
            shape = c.choice([[2], [1, 2]]) + [c.choice([3, 4, 5]) for _ in range(rank)]
            f.add("lpPool%dd" % rank, [f.x(shape, "p" if p % 2 else "n")], ref(0) + [p, sizes(c, rank, [1, 2, 3]) if rank > 1 else c.choice([1, 2, 3])], kw, gg=i % 3 == 0)
        f.add("lpPool%dd" % rank, [f.x([1, 2] + [4] * rank, "z")], ref(0) + [2, 2])  # zeros
        f.add("lpPool%dd" % rank, [f.x([1, 2] + [4] * rank)], ref(0) + [0, 2])
    return f


def unpool():
    f = Family("unpool")
    c = f.choose
    for rank in (1, 2, 3):
        back = "maxUnpool%dd" % rank
        for args, kw in (([2], {}), ([2, 1], {}), ([3, 2, 1], {}), ([2], {"outputSize": [9] * rank}), ([2], {"outputSize": [1, 1] + [5] * rank}), ([1], {"padding": 3})):
            f.add(back, [f.x([1, 2] + [2] * rank), f.x([1, 2] + [2] * rank, "i4", "c")], ref(0, 1) + args, kw, gg=c.random() < 0.5)
        f.add(back, [f.x([1, 2] + [2] * rank), f.x([1, 2] + [2] * rank, "i99", "c")], ref(0, 1) + [2])
        f.add(back, [f.x([1, 2] + [2] * rank), f.x([1, 2] + [1] * rank, "i2", "c")], ref(0, 1) + [2])
    return f


def families():
    return [adaptive(), norms(), unpool()]
