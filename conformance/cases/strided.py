"""Views by strides and views in place; integrals, buckets and weighted covariances."""
from harness import Family

from .elementwise import ref


def strided():
    f = Family("views by strides")
    for shape, args in (
        ([6], [[2, 2], [1, 2]]), ([6], [[4, 3], [1, 1]]), ([6], [[3], [2], 1]), ([2, 3], [[3, 2], [1, 3]]), ([2, 3], [[], [], 4]), ([6], [[0, 3], [9, 1]]), ([6], [[2, 2], [0, 1]]), ([2, 3], [[5, 2], [1, 1]]),
        ([6], [[2, 5], [1, 2]]), ([6], [[2], [1, 1]]), ([6], [[2], [-1], 3]), ([6], [[2], [1], -1]), ([6], [[-2], [1]]), ([6], [[2], [1], 5]),
    ):
        f.add("asStrided", [f.x(shape, "n", "c")], ref(0) + args, gg=True)
    for layout in "tso":
        f.add("asStrided", [f.x([2, 3], "n", layout)], ref(0) + [[2, 2], [1, 1]], gg=True)
    for op, shape, args in (
        ("t_", [2, 3], []), ("t_", [3], []), ("t_", [2, 3, 4], []), ("transpose_", [2, 3, 4], [0, -1]), ("transpose_", [2, 3], [1, 1]), ("swapaxes_", [2, 3, 4], [1, 0]), ("squeeze_", [1, 3, 1], []),
        ("squeeze_", [1, 3, 1], [0]), ("squeeze_", [2, 3], [0]), ("unsqueeze_", [2, 3], [1]), ("unsqueeze_", [2, 3], [-1]), ("unsqueeze_", [], [0]), ("asStrided_", [6], [[2, 2], [1, 3]]), ("transpose_", [2, 3], [0, 2]),
    ):
        x = [f.x(shape, "n", "c")]
        f.program(x, [["y", "clone", ref(0), {}], ["z", op, [{"$": "y"}] + args, {}], ["w", "mul", [{"$": "y"}, {"$": "y"}], {}]], ["y", "w"], name=op, gg=True)
        f.program(x, [["y", "clone", ref(0), {}], ["z", op, [{"$": "y"}] + args, {}], ["v", "mul_", [{"$": "y"}, 3], {}], ["w", "mul", [{"$": "y"}, {"$": "y"}], {}]], ["w"], name=op)
        # What the gradient of the square needs is no longer what it was.
        f.program(x, [["y", "clone", ref(0), {}], ["s", "square", [{"$": "y"}], {}], ["z", op, [{"$": "y"}] + args, {}]], ["s"], name=op)
        f.program(x, [["z", op, ref(0) + args, {}]], ["z"], name=op)
    for op, args in (("t_", []), ("unsqueeze_", [0])):
        base = [["y", "clone", ref(0), {}], ["v", "narrow", [{"$": "y"}, 0, 1, 2], {}]]
        f.program([f.x([4, 3], "n", "c")], base + [["z", op, [{"$": "v"}] + args, {}], ["w", "mul_", [{"$": "v"}, 3], {}], ["p", "mul", [{"$": "y"}, {"$": "y"}], {}]], ["p", "w"], name=op, gg=True)
        f.program([f.x([4, 3], "n", "c")], base + [["z", op, [{"$": "y"}] + args, {}], ["w", "mul_", [{"$": "v"}, 3], {}], ["p", "mul", [{"$": "y"}, {"$": "y"}], {}]], ["p", "w"], name=op)
    return f


def integrals():
    f = Family("integrals, buckets, covariances")
    for op in ("trapezoid", "cumulativeTrapezoid"):
        f.add(op, [f.x([2, 4])], gg=True)
        f.add(op, [f.x([2, 4])], ref(0), {"dx": 0.5, "dim": 0}, gg=True)
        f.add(op, [f.x([2, 4]), f.x([4])], gg=True)
        f.add(op, [f.x([2, 4]), f.x([2, 4])], gg=True)
        f.add(op, [f.x([2, 4]), f.x([2])], ref(0, 1), {"dim": 0}, gg=True)
        for shape in ([3, 0], [3, 1], [0, 3]):
            f.add(op, [f.x(shape)])
        f.add(op, [f.x([5], "i9")])
    for kw in ({"right": True}, {"side": "right"}, {"side": "left"}, {"outInt32": True}, {"side": "left", "right": True}, {"right": True, "outInt32": True}):
        s = [["s", "msort", ref(0), {}]]
        f.program([f.x([6], "t"), f.x([3, 4], "t")], s + [["y", "searchsorted", [{"$": "s"}, {"$": 1}], kw]], ["y"], name="searchsorted", g=False)
        if "side" not in kw:
            f.program([f.x([6], "t"), f.x([3, 4], "t")], s + [["y", "bucketize", [{"$": 1}, {"$": "s"}], kw]], ["y"], name="bucketize", g=False)
    f.program([f.x([2, 6], "t"), f.x([2, 4], "t")], [["o", "argsort", ref(0), {}], ["y", "searchsorted", ref(0, 1), {"sorter": {"$": "o"}}]], ["y"], name="searchsorted", g=False)
    f.add("bucketize", [f.x([3]), f.x([2, 3])], g=False)
    for correction in (0, 1, 2):
        f.add("cov", [f.x([3, 5]), f.x([5], "p", ng=True)], ref(0), {"correction": correction, "aweights": {"$": 1}}, gg=True)
        f.add("cov", [f.x([3, 5]), f.x([5], "i4")], ref(0), {"correction": correction, "fweights": {"$": 1}}, gg=True)
        f.add("cov", [f.x([3, 5]), f.x([5], "i4"), f.x([5], "p", ng=True)], ref(0), {"correction": correction, "fweights": {"$": 1}, "aweights": {"$": 2}}, gg=True)
    f.add("cov", [f.x([3, 5]), f.x([4], "i4")], ref(0), {"fweights": {"$": 1}})
    f.add("cov", [f.x([3, 5]), f.x([5], ng=True)], ref(0), {"aweights": {"$": 1}})
    f.add("cov", [f.x([3, 5]), f.x([5], "p", ng=True)], ref(0), {"fweights": {"$": 1}})
    f.add("clip", [f.x([3, 4])], ref(0) + [-1, 1.5], gg=True)
    f.add("takeAlongDim", [f.x([2, 3], "n", "c"), f.x([5], "i6", "c")], ref(0, 1) + [None], gg=True)
    f.add("takeAlongDim", [f.x([2, 3], "n", "c"), f.x([2, 2], "i6", "c")], ref(0, 1) + [None], gg=True)
    f.add("takeAlongDim", [f.x([2, 3]), f.x([1, 2], "i3")], ref(0, 1) + [1], gg=True)
    return f


def families():
    return [strided(), integrals()]
