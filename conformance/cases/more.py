"""Calls that the other families leave out."""
from harness import OPS, Family

OPS["variance"] = lambda x, *args, **kw: x.var(*args, **kw)


def calls():
    f = Family("more calls")
    for shape in ([2, 3], [3], [], [0, 2]):
        f.add("t", [f.x(shape)], gg=True)
    for shape in ([2, 3], [], [0, 2], [2, 1, 3]):
        f.add("clone", [f.x(shape)], gg=True)
        for op in ("zerosLike", "onesLike"):
            f.add(op, [f.x(shape)])
        f.add("fullLike", [f.x(shape)], [{"$": 0}, 2.5])
        for op in ("randLike", "randnLike"):
            f.add(op, [f.x(shape, layout="c")])
    for dim, start, end, step in ((0, 0, 2, 1), (1, 1, None, 1), (-1, None, None, 2), (1, -2, None, 1), (0, 1, 1, 1), (1, 0, 9, 3)):
        f.add("slice", [f.x([3, 4])], [{"$": 0}, dim, start, end, step], gg=True)
    for shape, args in (([3], []), ([2, 3], []), ([2, 3], [0]), ([2, 3], [1]), ([2, 3], [1, True]), ([1], []), ([0, 2], [1])):
        f.add("prod", [f.x(shape)], [{"$": 0}, *args], gg=True)
    for shape, dim in (([3], 0), ([2, 3], 0), ([2, 3], 1), ([2, 3], -1), ([1], 0), ([0, 2], 0)):
        f.add("cumprod", [f.x(shape)], [{"$": 0}, dim], gg=True)
    for shape, args in (([4], []), ([2, 3], [0]), ([2, 3], [[0, 1]]), ([2, 3, 2], [[-1]])):
        f.add("variance", [f.x(shape)], [{"$": 0}, *args], gg=True)
    for shape in ([6], [2, 3], [2, 3, 2], [0, 3]):
        for p in (0.3, 0.5, 0, 1):
            for op in ("dropout", "alphaDropout"):
                f.add(op, [f.x(shape)], [{"$": 0}, p, True], gg=True)
        for op in ("dropout", "alphaDropout"):
            f.add(op, [f.x(shape)], [{"$": 0}, 0.5, False], gg=True)
    for shape in ([2, 3], [2, 3, 2], [0, 3, 2], [3]):
        f.add("dropout1d", [f.x(shape)], [{"$": 0}, 0.4, True], gg=True)
    for shape in ([2, 3, 2, 2], [2, 3, 0, 2]):
        f.add("dropout2d", [f.x(shape)], [{"$": 0}, 0.4, True], gg=True)
    return f


def families():
    return [calls()]
