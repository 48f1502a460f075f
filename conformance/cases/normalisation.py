"""Batch, instance, layer, group, RMS and local response normalisation, as functions."""
from harness import Family

from .elementwise import ref


def functions():
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
    for eps in (0, -1):
        for training in (True, False):
            f.program([f.x([4, 3]), f.x([3], "h", "c", ng=True), f.x([3], "p", "c", ng=True)], [["y", "batchNorm", ref(0, 1, 2), {"training": training, "eps": eps}]], ["y"], name="batchNorm")
    # Several steps move the running statistics.
    steps = [["y%d" % i, "batchNorm", ref(i, 5, 6, 7, 8), {"training": True, "momentum": 0.2}] for i in range(4)] + [["e", "batchNorm", ref(4, 5, 6, 7, 8), {}]]
    f.program([f.x([5, 3, 2]) for _ in range(5)] + [f.x([3], "h", "c", ng=True), f.x([3], "p", "c", ng=True), f.x([3], "n", "c"), f.x([3], "n", "c")], steps, ["y3", "e", "x5", "x6"], name="batchNorm steps")
    f.program([f.x([3, 4]), f.x([3], "h", "c", ng=True), f.x([3], "p", "c", ng=True)], [["y", "batchNorm", ref(0, 1, 2), {"training": True}]], ["y"], name="batchNorm")
    # Far from zero float32 has few digits.
    for shape in ([6, 3], [4, 3, 7], [2, 3, 4, 4]):
        f.program([f.x(shape)], [["x", "add", [{"$": 0}, 1000], {}], ["y", "batchNorm", [{"$": "x"}, None, None], {"training": True}]], ["y"], name="batchNorm far from 0")
    for shape, norm in (([3, 5], [5]), ([2, 3, 4], [3, 4]), ([2, 3, 4], [4]), ([7], [7]), ([3, 1], [1]), ([0, 3], [3]), ([2, 2, 3, 2], [2, 3, 2]), ([3, 5], [4]), ([3, 0], [0]), ([6, 21], [21]), ([2, 37], [37]), ([3, 4], [])):
        f.add("layerNorm", [f.x(shape), f.x(norm), f.x(norm)], [{"$": 0}, norm, {"$": 1}, {"$": 2}], {}, gg=True)
        f.add("layerNorm", [f.x(shape), f.x(norm)], [{"$": 0}, norm], {"bias": {"$": 1}})
        f.add("layerNorm", [f.x(shape)], ref(0) + [norm], {}, gg=True)
        f.add("layerNorm", [f.x(shape), f.x(norm)], [{"$": 0}, norm, {"$": 1}, None, 0.1], {})
        f.add("rmsNorm", [f.x(shape), f.x(norm)], [{"$": 0}, norm, {"$": 1}], {}, gg=True)
        f.add("rmsNorm", [f.x(shape)], [{"$": 0}, norm], {"eps": 1e-2}, gg=True)
        if len(shape) == 2:
            f.program([f.x(shape)], [["x", "add", [{"$": 0}, 1000], {}], ["y", "layerNorm", [{"$": "x"}, norm], {}]], ["y"], name="layerNorm far from 0")
    f.add("layerNorm", [f.x([6, 4], "s", "c")], ref(0) + [[4]])
    f.add("rmsNorm", [f.x([6, 4], "s", "c")], ref(0) + [[4]])
    f.add("rmsNorm", [f.x([3, 4], "v", "c", ng=True)], ref(0) + [[4]])
    f.add("layerNorm", [f.x([3, 4], "i5", "c")], ref(0) + [[4]])
    for shape, groups in (([2, 4], 2), ([1, 6], 3), ([3, 4, 5], 1), ([2, 6, 2, 3], 3), ([2, 4, 3], 4), ([2, 4, 2, 1, 2], 2), ([0, 4, 3], 2), ([2, 4, 0], 2), ([2, 5, 3], 2), ([4], 2), ([1, 2], 2), ([1, 2, 1], 2), ([5, 1, 2], 1), ([2, 8, 7], 2), ([2, 0, 3], 1)):
        channels = shape[1] if len(shape) > 1 else 1
        f.add("groupNorm", [f.x(shape), f.x([channels]), f.x([channels])], [{"$": 0}, groups, {"$": 1}, {"$": 2}], {}, gg=True)
        f.add("groupNorm", [f.x(shape)], ref(0) + [groups], {"eps": 0.01}, gg=True)
        f.add("groupNorm", [f.x(shape), f.x([channels])], [{"$": 0}, groups], {"weight": {"$": 1}})
    f.add("groupNorm", [f.x([2, 4, 3]), f.x([3])], [{"$": 0}, 2, {"$": 1}])
    f.program([f.x([2, 4, 5])], [["x", "add", [{"$": 0}, 1000], {}], ["y", "groupNorm", [{"$": "x"}, 2], {}]], ["y"], name="groupNorm far from 0")
    for shape in ([2, 3, 5], [1, 2, 2, 3], [3, 2, 1], [2, 1, 2, 2, 1], [0, 3, 4], [2, 3], [3]):
        channels = shape[1] if len(shape) > 1 else 1
        stats = [f.x([channels], "h", "c", ng=True), f.x([channels], "p", "c", ng=True)]
        affine = [f.x([channels], "n", "c"), f.x([channels], "n", "c")]
        f.add("instanceNorm", [f.x(shape)], None, {}, gg=True)
        f.add("instanceNorm", [f.x(shape), *affine], ref(0), {"weight": {"$": 1}, "bias": {"$": 2}, "eps": 1e-3}, gg=True)
        for kw in ({}, {"momentum": 0.4}, {"useInputStats": False}):
            f.program([f.x(shape), *stats, *affine], [["y", "instanceNorm", ref(0, 1, 2, 3, 4), kw]], ["y", "x1", "x2"], name="instanceNorm", gg=c.random() < 0.5)
    f.add("instanceNorm", [f.x([2, 3, 4])], None, {"useInputStats": False})
    for shape in ([2, 5, 3], [1, 4, 2, 3], [2, 3, 1, 2, 2], [0, 3, 2], [2, 3]):
        for size, kw in ((1, {}), (2, {"alpha": 0.5}), (3, {"alpha": 1, "beta": 0.5, "k": 2}), (5, {"alpha": 0.3})):
            f.add("localResponseNorm", [f.x(shape, "n", "c" if len(shape) > 4 else None)], ref(0) + [size], kw, gg=size == 3)
    return f


def families():
    return [functions()]
