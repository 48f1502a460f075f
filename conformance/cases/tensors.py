"""The smaller functions of torch: elementwise, of matrices, that move elements, and that sum them up."""
import torch

from harness import OPS, Family

OPS.update({
    "atleast1d": torch.atleast_1d, "atleast2d": torch.atleast_2d, "atleast3d": torch.atleast_3d,
    "hstack": torch.hstack, "vstack": torch.vstack, "dstack": torch.dstack, "columnStack": torch.column_stack,
    "blockDiag": lambda *x: torch.block_diag(*x), "cartesianProd": lambda *x: torch.cartesian_prod(*x), "broadcastTensors": lambda *x: torch.broadcast_tensors(*x), "chainMatmul": lambda *x: torch.linalg.multi_dot(x) if len(x) > 1 else x[0],
    "trilIndices": torch.tril_indices, "triuIndices": torch.triu_indices, "stdMean": torch.std_mean,
    "xlogy": torch.xlogy, "clampMin": torch.clamp_min, "clampMax": torch.clamp_max, "floatPower": torch.float_power,
    "tensordot": lambda a, b, dims=2: torch.tensordot(a, b, dims), "cdist": torch.cdist, "dist": torch.dist,
    "tensorSplit": lambda x, parts, dim=0: torch.tensor_split(x, parts if isinstance(parts, int) else tuple(parts), dim),
    "hsplit": lambda x, parts: torch.hsplit(x, parts), "vsplit": lambda x, parts: torch.vsplit(x, parts), "dsplit": lambda x, parts: torch.dsplit(x, parts),
    "quantile": lambda x, q, dim=None, **kw: torch.quantile(x, torch.tensor(q, dtype=x.dtype) if isinstance(q, list) else q, dim, **kw),
    "combinations": lambda x, r=2, withReplacement=False, with_replacement=False: torch.combinations(x, r, withReplacement or with_replacement),
    "cov": lambda x, **kw: torch.cov(x, **kw), "cross": lambda a, b, *dim: torch.cross(a, b, *dim) if dim else torch.cross(a, b),
    "trapezoid": lambda y, x=None, **kw: torch.trapezoid(y, x, **kw) if x is not None else torch.trapezoid(y, **kw),
    "histc": lambda x, **kw: torch.histc(x, **kw), "vander": lambda x, n=None, **kw: torch.vander(x, n, **kw) if n is not None else torch.vander(x, **kw),
})


def two(f, op, args=None, **flags):
    for a, b in (([2, 3], [2, 3]), ([3], [2, 3]), ([2, 1], [3]), ([], [2]), ([0, 2], [2])):
        f.add(op, [f.x(a), f.x(b)], args, gg=True, **flags)


def pointwise():
    f = Family("small elementwise")
    for op in ("deg2rad", "rad2deg", "frac", "sinc", "positive", "sgn", "signbit", "isposinf", "isneginf", "nanToNum"):
        for shape in ([2, 3], [], [0, 2], [5]):
            f.add(op, [f.x(shape)], gg=op not in ("sgn", "signbit", "isposinf", "isneginf"))
        f.add(op, [f.x([22], "s", "c")], g=False)
    for op in ("hypot", "fmax", "fmin", "logaddexp", "logaddexp2", "copysign"):
        two(f, op)
        f.add(op, [f.x([44], "s", "c"), f.x([44], "s", "c")], g=False)
    f.add("xlogy", [f.x([2, 3]), f.x([2, 3], "p")], gg=True)
    f.add("xlogy", [f.x([6], "z", "c"), f.x([6], "p")])
    f.add("xlogy", [f.x([2, 3])], [{"$": 0}, 2.5], gg=True)
    f.add("heaviside", [f.x([2, 3], "t"), f.x([3])], g=False)
    f.add("ldexp", [f.x([2, 3]), f.x([3], ng=True)])
    f.add("floatPower", [f.x([2, 3], "p"), f.x([3])], only64=True)
    for eps in (None, 0.1, 0.3):
        f.add("logit", [f.x([2, 4], "q")], [{"$": 0}] + ([] if eps is None else [eps]), gg=True)
    for bound in (-1, 0.5):
        f.add("clampMin", [f.x([2, 3])], [{"$": 0}, bound], gg=True)
        f.add("clampMax", [f.x([2, 3])], [{"$": 0}, bound], gg=True)
    f.add("nanToNum", [f.x([22], "s", "c")], [{"$": 0}, 1.5, 2.5, -3.5], g=False)
    for weight in (0, 0.3, 0.5, 0.9, 1.5, -2):
        f.add("lerp", [f.x([2, 3]), f.x([3])], [{"$": 0}, {"$": 1}, weight], gg=True)
    f.add("lerp", [f.x([2, 3]), f.x([3]), f.x([2, 3])], gg=True)
    for kw in ({}, {"value": 2.5}, {"value": 0}):
        f.add("addcmul", [f.x([2, 3]), f.x([3]), f.x([2, 1])], None, kw, gg=True)
        f.add("addcdiv", [f.x([2, 3]), f.x([3]), f.x([2, 1], "p")], None, kw, gg=True)
    return f


def matrices():
    f = Family("matrices")
    for kw in ({}, {"beta": 0.5, "alpha": 2}, {"beta": 0}, {"alpha": -1}):
        f.add("addmm", [f.x([2, 4]), f.x([2, 3]), f.x([3, 4])], None, kw, gg=True)
        f.add("addmm", [f.x([4]), f.x([2, 3]), f.x([3, 4])], None, kw)
        f.add("addmv", [f.x([2]), f.x([2, 3]), f.x([3])], None, kw, gg=True)
        f.add("addr", [f.x([2, 3]), f.x([2]), f.x([3])], None, kw, gg=True)
        f.add("baddbmm", [f.x([2, 2, 4]), f.x([2, 2, 3]), f.x([2, 3, 4])], None, kw, gg=True)
        f.add("addbmm", [f.x([2, 4]), f.x([3, 2, 3]), f.x([3, 3, 4])], None, kw)
    f.add("addmm", [f.x([2, 4]), f.x([2, 3]), f.x([2, 4])])
    for a, b in (([3], [3]), ([2, 3], [3]), ([2, 3], [4, 3]), ([], [2]), ([2, 1, 3], [2, 3]), ([2], [3])):
        f.add("inner", [f.x(a), f.x(b)], gg=True)
    f.add("vdot", [f.x([5]), f.x([5])], gg=True)
    f.add("vdot", [f.x([5]), f.x([4])])
    for dims in (1, 0, 2, [[1], [0]], [[0, 1], [1, 0]], [[-1], [-2]]):
        f.add("tensordot", [f.x([2, 3, 2]), f.x([3, 2, 4]) if dims in (2, [[0, 1], [1, 0]]) else f.x([2, 3]) if dims in (1, [[-1], [-2]]) else f.x([3, 2])], [{"$": 0}, {"$": 1}, dims], gg=True)
    f.add("tensordot", [f.x([2, 3]), f.x([2, 3])], [{"$": 0}, {"$": 1}, 1])
    for a, b in (([2, 2], [3, 2]), ([2], [3]), ([2], [2, 2]), ([], [2]), ([2, 1, 2], [1, 3])):
        f.add("kron", [f.x(a, layout="c"), f.x(b, layout="c")], gg=True)  # torch fails on some layouts
    for shape in ([3, 3], [2, 3], [0, 2], [3]):
        f.add("trace", [f.x(shape)], gg=True)
    for a, dim in (([2, 3], 1), ([3, 2], 0), ([2, 3, 2], -2)):
        f.add("cross", [f.x(a), f.x(a)], [{"$": 0}, {"$": 1}, dim], gg=True)
    f.add("cross", [f.x([2, 4]), f.x([2, 4])], [{"$": 0}, {"$": 1}, 1])
    for n in (0, 1, 2, 3, 6):
        f.add("matrixPower", [f.x([3, 3])], [{"$": 0}, n], gg=True)
    f.add("matrixPower", [f.x([2, 2, 2])], [{"$": 0}, 3])
    f.add("matrixPower", [f.x([2, 3])], [{"$": 0}, 2])
    f.add("chainMatmul", [f.x([2, 3]), f.x([3, 4]), f.x([4, 2])], gg=True)
    for p in (2, 1, 3, 0.5):
        f.add("dist", [f.x([2, 3]), f.x([2, 3])], [{"$": 0}, {"$": 1}, p])
        f.add("cdist", [f.x([3, 4]), f.x([2, 4])], [{"$": 0}, {"$": 1}, p])
    f.add("cdist", [f.x([2, 3, 4]), f.x([2, 1, 4])])
    f.add("cdist", [f.x([2, 3]), f.x([2, 4])])
    for k in (-1, 0, 1, 2, 3, 5):
        f.add("rot90", [f.x([2, 3])], [{"$": 0}, k, [0, 1]], gg=True)
    f.add("rot90", [f.x([2, 3, 2])], [{"$": 0}, 1, [2, 0]])
    return f


def rearranging():
    f = Family("rearranging")
    for offset in (-2, -1, 0, 1, 3):
        for shape in ([3], [2, 3], [3, 2], [1]):
            f.add("diag", [f.x(shape)], [{"$": 0}, offset], gg=True)
            f.add("diagEmbed", [f.x(shape)], [{"$": 0}, offset], gg=True)
            f.add("diagflat", [f.x(shape)], [{"$": 0}, offset], gg=True)
    f.add("diag", [f.x([2, 2, 2])])
    for shape in ([3, 2], [2, 3, 2], [0, 2], [3]):
        for op in ("flipud", "fliplr", "ravel", "argwhere"):
            f.add(op, [f.x(shape)], gg=True)
    for shape in ([], [3], [2, 3], [2, 1, 2]):
        for op in ("atleast1d", "atleast2d", "atleast3d"):
            f.add(op, [f.x(shape)], gg=True)
    f.add("swapaxes", [f.x([2, 3, 4])], [{"$": 0}, 0, -1], gg=True)
    f.add("moveaxis", [f.x([2, 3, 4])], [{"$": 0}, 0, 1], gg=True)
    for op in ("hstack", "vstack", "dstack", "columnStack"):
        for a, b in (([3], [3]), ([2, 3], [2, 3]), ([2, 2, 2], [2, 2, 2]), ([], [])):
            f.add(op, [f.x(a), f.x(b)], [[{"$": 0}, {"$": 1}]], gg=True)
    f.add("columnStack", [f.x([3]), f.x([3, 2])], [[{"$": 0}, {"$": 1}]])
    for parts, dim in ((3, 0), (2, 1), (4, 0), ([1, 3], 0), ([2], -1), ([0, 9], 0)):
        f.add("tensorSplit", [f.x([5, 3])], [{"$": 0}, parts, dim], gg=True)
    f.add("hsplit", [f.x([2, 4])], [{"$": 0}, 2])
    f.add("hsplit", [f.x([4])], [{"$": 0}, 2])
    f.add("hsplit", [f.x([2, 4])], [{"$": 0}, 3])
    f.add("vsplit", [f.x([4, 2])], [{"$": 0}, 2])
    f.add("vsplit", [f.x([4])], [{"$": 0}, 2])
    f.add("dsplit", [f.x([2, 2, 4])], [{"$": 0}, 2])
    f.add("broadcastTensors", [f.x([2, 1]), f.x([3])], gg=True)
    f.add("broadcastTensors", [f.x([2, 2]), f.x([3])])
    f.add("blockDiag", [f.x([2, 1]), f.x([3]), f.x([1, 2])], gg=True)
    f.add("cartesianProd", [f.x([2]), f.x([3])], gg=True)
    for args in ([], [3], [2, ], [0], [5]):
        f.add("combinations", [f.x([4])], [{"$": 0}, *args])
    f.add("combinations", [f.x([3])], [{"$": 0}, 2], {"withReplacement": True})
    for args in ([3, 4], [4, 2, 1], [2, 3, -1], [0, 2], [3, 3, 5]):
        f.add("trilIndices", [], args)
        f.add("triuIndices", [], args)
    f.add("vander", [f.x([3], ng=True)])  # torch multiplies in place: no gradient
    f.add("vander", [f.x([3], ng=True)], [{"$": 0}, 4], {"increasing": True})
    f.add("vander", [f.x([2])], [{"$": 0}, 0])
    for args in ([0, 2, 5], [1, -1, 3, 2], [0, 1, 1], [0, 1, 0]):
        f.add("logspace", [], args, {"dtype": "float64"}, only64=True)
    return f


def summaries():
    f = Family("summaries")
    for args in ([], [0], [1], [1, True], [[0, 1]]):
        for op in ("nansum", "nanmean"):
            f.add(op, [f.x([2, 3])], [{"$": 0}, *args], gg=True)
    f.add("nansum", [f.x([22], "s", "c")], g=False)
    f.add("stdMean", [f.x([2, 4])], [{"$": 0}, 1], gg=True)
    f.add("stdMean", [f.x([2, 4])], [{"$": 0}, 1], {"correction": 0, "keepdim": True})
    for op in ("cummax", "cummin", "logcumsumexp"):
        for shape, dim in (([4], 0), ([2, 3], 0), ([2, 3], 1), ([2, 3, 2], -2), ([], 0), ([0, 2], 0)):
            f.add(op, [f.x(shape)], [{"$": 0}, dim], gg=op == "logcumsumexp")
        f.add(op, [f.x([2, 7], "t")], [{"$": 0}, 1], g=op == "logcumsumexp")
    for op in ("cummax", "cummin"):
        f.add(op, [f.x([22], "s", "c")], [{"$": 0}, 0], g=False)
    for args in ([], [2], [1, 0], [2, 0], [0]):
        f.add("diff", [f.x([3, 4])], [{"$": 0}, *args], gg=True)
    f.add("diff", [f.x([])])
    f.add("diff", [f.x([2, 1])], [{"$": 0}, 2])
    f.add("trapezoid", [f.x([2, 4])], gg=True)
    f.add("trapezoid", [f.x([2, 4])], None, {"dx": 0.5, "dim": 0})
    f.add("trapezoid", [f.x([2, 4]), f.x([4])], gg=True)
    for q in (0, 0.3, 0.5, 1, [0.25, 0.75]):
        for dim, kw in ((None, {}), (0, {}), (1, {"keepdim": True}), (None, {"keepdim": True})):
            f.add("quantile", [f.x([3, 4])], [{"$": 0}, q, dim], kw)
    for interpolation in ("lower", "higher", "midpoint", "nearest"):
        for q in (0.1, 0.5, 0.4):
            f.add("quantile", [f.x([6])], [{"$": 0}, q, 0], {"interpolation": interpolation})
    f.add("quantile", [f.x([3])], [{"$": 0}, 1.5])
    f.add("quantile", [f.x([0])], [{"$": 0}, 0.5])
    f.add("quantile", [f.x([22], "s", "c")], [{"$": 0}, 0.5], g=False)
    for k, args in ((1, []), (3, [0]), (2, [1, True]), (4, [0])):
        f.add("kthvalue", [f.x([3, 4])], [{"$": 0}, k, *args])
    f.add("msort", [f.x([3, 4])])
    f.add("bincount", [f.x([9], "i5")])
    f.add("bincount", [f.x([9], "i5"), f.x([9], ng=True)], g=False)
    f.add("bincount", [f.x([9], "i5")], [{"$": 0}, None, 8])
    f.add("bincount", [f.x([0], "i5")])
    f.add("bincount", [f.x([9], "j5")])
    f.add("bincount", [f.x([3, 3], "i5")])
    for kw in ({}, {"bins": 4}, {"bins": 5, "min": -1, "max": 2}, {"bins": 0}, {"bins": 3, "min": 2, "max": 1}):
        f.add("histc", [f.x([20], ng=True)], None, kw, g=False)
    for right in (False, True):
        f.add("searchsorted", [f.x([5], "t", "c", ng=True)], [{"$": 0}, 0.5], {"right": right}, g=False)
        f.program([f.x([6], "t"), f.x([3, 4], "t")], [["s", "msort", [{"$": 0}], {}], ["y", "searchsorted", [{"$": "s"}, {"$": 1}], {"right": right}]], ["y"], name="searchsorted", g=False)
        f.program([f.x([6], "t"), f.x([3, 4], "t")], [["s", "msort", [{"$": 0}], {}], ["y", "bucketize", [{"$": 1}, {"$": "s"}], {"right": right}]], ["y"], name="bucketize", g=False)
    f.add("isin", [f.x([3, 4], "i6"), f.x([3], "i6")])
    f.add("isin", [f.x([3, 4], "i6"), f.x([3], "i6")], None, {"invert": True})
    for shape in ([3, 5], [4], [1, 3]):
        f.add("cov", [f.x(shape)], gg=True)
        f.add("corrcoef", [f.x(shape)], gg=len(shape) == 2 and shape[0] > 1)
    f.add("cov", [f.x([3, 5])], None, {"correction": 0})
    return f


def families():
    return [pointwise(), matrices(), rearranging(), summaries()]
