"""Bits, special functions, dtypes of reductions, writing by index and mask, distinct values, and the in-place forms."""
import torch

from harness import OPS, Family

from .elementwise import ref

OPS["nanquantile"] = lambda x, q, **kw: torch.nanquantile(x, torch.tensor(q, dtype=x.dtype) if isinstance(q, list) else q, **kw)

INTS = ("int64", "int32", "uint8")


def whole(f, shape, dtype, bound=100):
    """Whole numbers of both signs, or from 0 up for uint8."""
    return f.x(shape, ("i%d" if dtype == "uint8" else "j%d") % bound, d=dtype)


def bits():
    f = Family("bits")
    for op in ("bitwiseAnd", "bitwiseOr", "bitwiseXor", "gcd", "lcm"):
        for d in INTS:
            f.add(op, [whole(f, [3, 4], d), whole(f, [4], d)])
            f.add(op, [whole(f, [2, 1, 3], d), whole(f, [2, 1], d, 7)])
        f.add(op, [whole(f, [3], "int32"), whole(f, [3], "int64")])
        f.add(op, [whole(f, [3], "int32"), whole(f, [3], "uint8")])
        f.add(op, [whole(f, [], "int32"), whole(f, [3], "uint8")])
        f.add(op, [f.x([4], "m"), whole(f, [4], "int64")])
        f.add(op, [f.x([4], "m"), f.x([4], "m")])
        f.add(op, [f.x([4]), f.x([4])])
        f.add(op, [whole(f, [0, 3], "int64"), whole(f, [3], "int64")])
        f.add(op, [whole(f, [2], "int64"), whole(f, [3], "int64")])
    for op in ("bitwiseAnd", "bitwiseOr", "bitwiseXor"):
        for d in INTS:
            f.add(op, [whole(f, [5], d)], ref(0) + [6])
            f.add(op, [whole(f, [5], d)], [6] + ref(0))
        f.add(op, [whole(f, [5], "int64")], ref(0) + [-3])
        f.add(op, [f.x([5], "m")], ref(0) + [2])
    for op in ("bitwiseLeftShift", "bitwiseRightShift"):
        for d in INTS:
            f.add(op, [whole(f, [3, 9], d), f.x([9], "i9", d=d)])
            f.add(op, [whole(f, [60], d), f.x([60], "i70", d=d)])
            f.add(op, [whole(f, [5], d)], ref(0) + [3])
        f.add(op, [whole(f, [30], "int64"), f.x([30], "j70")])
        f.add(op, [whole(f, [4], "int64")], [5] + [{"$": 0}])
        f.add(op, [f.x([4], "m"), f.x([4], "m")])
        f.add(op, [f.x([4], "m"), f.x([4], "i4")])
        f.add(op, [f.x([4]), f.x([4], "i4")])
    for d in INTS:
        f.add("bitwiseNot", [whole(f, [3, 4], d)])
    f.add("bitwiseNot", [f.x([3, 4], "m")])
    f.add("bitwiseNot", [f.x([3, 4])])
    return f


SPECIAL = {"erfc": "n", "erfcx": "n", "gammaln": "p", "digamma": "p", "psi": "p", "i0": "n", "i0e": "n", "i1": "n", "i1e": "n", "ndtr": "n", "ndtri": "q", "log_ndtr": "n", "entr": "p", "expit": "n", "sinc": "n"}


def special():
    f = Family("special")
    camel = {"log_ndtr": "logNdtr"}
    # torch's own trigamma is off by up to 5e-10, and so are the gradients made of it.
    inexact = {"tol": 2e-9}
    for name, kind in SPECIAL.items():
        more = inexact if name in ("gammaln", "digamma", "psi") else {}
        op = "special." + camel.get(name, name)
        for shape in ([7], f.shape(2), f.shape(3)):
            f.add(op, [f.x(shape, kind)], gg=True, **more)
        f.add(op, [f.x([9], "w", "c")], **more)
        if name not in ("gammaln", "digamma", "psi"):
            f.add(op, [f.x([44], "s", "c")], g=name != "log_ndtr")
        f.add(op, [f.x([5], "i9", d="int32")])
    for op in ("erfc", "lgamma", "digamma", "i0"):
        f.add(op, [f.x([4], "n")], gg=True, **(inexact if op.endswith("gamma") else {}))
    for op in ("special.gammaln", "special.digamma"):
        f.add(op, [f.x([30], "n", "c")], **inexact)
        f.add(op, [f.x([30], "w", "c")], **inexact)
        f.add(op, [f.x([9], "t", "c")], g=False)
    for n in (0, 1, 2, 3, 5):
        f.add("polygamma", [f.x([6], "p")], [n, {"$": 0}], gg=True, **inexact)
        f.add("polygamma", [f.x([6], "b")], [n, {"$": 0}], gg=True, **inexact)
        f.add("polygamma", [f.x([6], "q")], [n, {"$": 0}], **inexact)
    f.add("polygamma", [f.x([4])], [-1, {"$": 0}])
    f.add("polygamma", [f.x([4], "h")], [1, {"$": 0}], **inexact)
    for p in (1, 2, 3):
        f.add("mvlgamma", [f.x([2, 3], "b")], ref(0) + [p], gg=p < 3, **inexact)
        f.add("special.multigammaln", [f.x([2, 3], "b")], ref(0) + [p], **inexact)
    f.add("mvlgamma", [f.x([2, 3], "b")], ref(0) + [0])
    for op, kinds in (("special.xlog1py", "np"), ("special.xlogy", "np")):
        f.add(op, [f.x([3, 4], kinds[0]), f.x([4], kinds[1])], gg=True)
        f.add(op, [f.x([44], "s", "c"), f.x([44], "s", "c")], g=False)
        f.add(op, [f.x([12], "z"), f.x([12], "u" if op.endswith("1py") else "p")])
        f.add(op, [f.x([5], "p")], ref(0) + [2.5])
        f.add(op, [f.x([5], "p")], [1.5] + ref(0))
    return f


def typed():
    f = Family("dtype of reductions")
    for op in ("sum", "mean", "prod", "nansum", "nanmean"):
        for dtype in ("float32", "float64", "int64", "int32", "uint8", "bool"):
            flags = {"only64": True, "gg": dtype == "float64" and op != "nanmean", **({"tol": 1e-6} if dtype == "float32" else {})}
            kind = "p" if dtype == "uint8" else "z"
            f.add(op, [f.x([3, 4], kind, ng=not dtype.startswith("float"))], None, {"dtype": dtype}, **flags)
            if op.startswith("nan"):
                f.add(op, [f.x([3, 4], "s" if dtype.startswith("float") else kind, ng=True)], None, {"dtype": dtype, "dim": 1}, **flags)
            else:
                f.add(op, [f.x([3, 4], kind, ng=not dtype.startswith("float"))], ref(0) + [1, True], {"dtype": dtype}, **flags)
            f.add(op, [f.x([3, 4], "i9", d="int32")], ref(0), {"dtype": dtype, "dim": 0, "keepdim": True}, only64=True)
            f.add(op, [f.x([3, 4], "m")], None, {"dtype": dtype}, only64=True)
    for op in ("cumsum", "cumprod"):
        for dtype in ("float32", "float64", "int64", "int32", "uint8", "bool"):
            kind = "p" if dtype == "uint8" else "z"
            f.add(op, [f.x([3, 4], kind, ng=not dtype.startswith("float"))], ref(0) + [1], {"dtype": dtype}, only64=True, gg=dtype == "float64", **({"tol": 1e-6} if dtype == "float32" else {}))
            f.add(op, [f.x([3, 4], "i4", d="uint8")], ref(0), {"dim": 0, "dtype": dtype}, only64=True)
            f.add(op, [f.x([3], "m")], ref(0), {"dim": 0, "dtype": dtype}, only64=True)
    for dtype in ("float64", "float32", "int64"):
        f.add("norm", [f.x([3, 4])], None, {"dtype": dtype}, only64=True)
        f.add("norm", [f.x([3, 4])], ref(0) + [1, 0, True], {"dtype": dtype}, only64=True)
        f.add("norm", [f.x([3, 4])], None, {"p": 3, "dim": 1, "dtype": dtype}, only64=True)
        for op in ("softmax", "logSoftmax", "softmin"):
            f.add(op, [f.x([3, 4])], ref(0) + [1], {"dtype": dtype}, only64=True, **({"tol": 1e-6} if dtype == "float32" else {}))
            f.add(op, [f.x([3, 4], "i4")], ref(0) + [0], {"dtype": dtype}, only64=True)
    f.add("norm", [f.x([3, 4], "i4")], None, {"dtype": "float64"})
    return f


def writing():
    f = Family("writing by index")
    c = f.choose
    for reduce in ("sum", "prod", "mean", "amax", "amin"):
        for shape in ([5], [3, 4], [2, 3, 4], []):
            n = len(shape)
            for include in (True, False):
                d = c.randrange(n) if n else 0
                sub = [c.randint(0, s) if i != d else c.choice([1, 2, 3, 6, 0]) for i, s in enumerate(shape)]
                index = f.x(sub, "i%d" % (shape[d] if n else 1))
                for kind in ("n", "t"):
                    f.add("scatterReduce", [f.x(shape, kind), index, f.x([s + (c.choice([0, 1]) if reduce in ("sum", "mean") else 0) for s in sub], kind)], ref(0) + [d - c.choice([0, n]) if n else 0] + ref(1, 2) + [reduce], {"includeSelf": include}, gg=kind == "n")
                if reduce != "sum" and n:
                    row = f.x([c.choice([0, 1, 3, 5])], "i%d" % shape[d])
                    part = [s if i != d else row["s"][0] for i, s in enumerate(shape)]
                    f.add("indexReduce", [f.x(shape), row, f.x(part)], ref(0) + [d] + ref(1, 2) + [reduce], {"includeSelf": include}, gg=True)
        for d in ("int64", "int32", "uint8"):
            f.add("scatterReduce", [whole(f, [2, 4], d, 9), f.x([2, 5], "i4"), whole(f, [2, 5], d, 9)], ref(0) + [1] + ref(1, 2) + [reduce], {"includeSelf": c.random() < 0.5})
        f.add("scatterReduce", [f.x([3, 4], "s", "c"), f.x([3, 7], "i4"), f.x([3, 7], "s", "c")], ref(0) + [1] + ref(1, 2) + [reduce], g=False)
        inputs = [f.x([3, 4]), f.x([3, 5], "i4"), f.x([3, 5])]
        f.program(inputs, [["y", "clone", ref(0), {}], ["z", "scatterReduce_", [{"$": "y"}, 1] + ref(1, 2) + [reduce], {"includeSelf": False}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]], ["y", "w"], name="scatterReduce_")
        if reduce != "sum":
            inputs = [f.x([3, 4]), f.x([5], "i4"), f.x([3, 5])]
            f.program(inputs, [["y", "clone", ref(0), {}], ["z", "indexReduce_", [{"$": "y"}, 1] + ref(1, 2) + [reduce], {}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]], ["y", "w"], name="indexReduce_")
    f.add("scatterReduce", [f.x([4]), f.x([3], "i4"), f.x([3])], ref(0) + [0] + ref(1, 2) + ["max"])
    f.add("scatterReduce", [f.x([4]), f.x([3], "i9", "c"), f.x([3])], ref(0) + [0] + ref(1, 2) + ["sum"])
    f.add("scatterReduce", [f.x([4]), f.x([3], "i4"), f.x([2])], ref(0) + [0] + ref(1, 2) + ["sum"])
    f.add("indexReduce", [f.x([4]), f.x([3], "i4"), f.x([2])], ref(0) + [0] + ref(1, 2) + ["prod"])
    for reduce in ("add", "multiply"):
        f.add("scatter", [f.x([3, 4], ng=True), f.x([3, 5], "i4"), f.x([3, 5], ng=True)], ref(0) + [1] + ref(1, 2), {"reduce": reduce}, g=False)
        f.add("scatter", [f.x([3, 4], ng=True), f.x([3, 5], "i4")], ref(0) + [1] + ref(1) + [2.5], {"reduce": reduce}, g=False)
        f.program([f.x([3, 4], ng=True), f.x([3, 5], "i4"), f.x([3, 5], ng=True)], [["y", "clone", ref(0), {}], ["z", "scatter_", [{"$": "y"}, 1] + ref(1, 2), {"reduce": reduce}]], ["y"], name="scatter_", g=False)
    for shape, mask, src in (([5], [5], [5]), ([3, 4], [4], [12]), ([3, 4], [3, 1], [2, 6]), ([4], [3, 4], [12]), ([3, 4], [3, 4], [20]), ([], [], [1]), ([0, 2], [2], [0]), ([3, 4], [3, 4], [1])):
        f.add("maskedScatter", [f.x(shape), f.x(mask, "m"), f.x(src)], gg=True)
        f.program([f.x(shape), f.x(mask, "m"), f.x(src)], [["y", "clone", ref(0), {}], ["z", "maskedScatter_", [{"$": "y"}] + ref(1, 2), {}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]], ["y", "w"], name="maskedScatter_")
    for shape, total in (([5], 5), ([3, 4], 12), ([], 1)):
        f.add("put", [f.x(shape), f.x([2, 3], "j%d" % total), f.x([2, 3])], None, {"accumulate": True}, gg=True)
        f.program([f.x(shape), f.x([1], "j%d" % total), f.x([1])], [["y", "clone", ref(0), {}], ["z", "put_", [{"$": "y"}] + ref(1, 2), {}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]], ["y", "w"], name="put_")
        f.add("put", [f.x(shape), f.x([1], "j%d" % total), f.x([1])], gg=True)
    f.add("put", [f.x([3]), f.x([2], "i3"), f.x([3])])
    f.add("indexPut", [f.x([4, 3]), f.x([2], "i4", "c"), f.x([2, 3])], [{"$": 0}, [{"$": 1}], {"$": 2}], {"accumulate": True}, gg=True)
    f.add("indexPut", [f.x([4, 3]), f.x([4, 3], "m")], [{"$": 0}, [{"$": 1}], 2.5], gg=True)
    for shape in ([5], [3, 4], [2, 3, 4]):
        n = len(shape)
        d = c.randrange(n)
        row = [s for i, s in enumerate(shape) if i != d]
        f.add("selectScatter", [f.x(shape), f.x(row)], ref(0, 1) + [d - n, c.randrange(shape[d])], gg=True)
        f.add("selectScatter", [f.x(shape), f.x(row)], ref(0, 1) + [d, -1], gg=True)
        f.add("selectScatter", [f.x(shape), f.x(row)], ref(0, 1) + [d, 9])
        for start, end, step in ((None, None, 1), (1, None, 2), (-2, None, 1), (0, -1, 2), (2, 1, 1)):
            size = len(range(*slice(start, end, step).indices(shape[d])))
            f.add("sliceScatter", [f.x(shape), f.x([size if i == d else s for i, s in enumerate(shape)])], ref(0, 1), {"dim": d, "start": start, "end": end, "step": step}, gg=True)
        f.add("sliceScatter", [f.x(shape), f.x([2 if i == 0 else s for i, s in enumerate(shape)])], ref(0, 1) + [0, 0, 2], gg=True)
        if n > 1:
            for offset in (0, 1, -2, 9):
                for dims in ((0, 1), (n - 1, 0)):
                    h, w = shape[dims[0]], shape[dims[1]]
                    size = max(0, min(h, w - offset) if offset >= 0 else min(h + offset, w))
                    src = [s for i, s in enumerate(shape) if i not in dims] + [size]
                    f.add("diagonalScatter", [f.x(shape), f.x(src)], ref(0, 1) + [offset, *dims], gg=True)
                    f.add("diagonal", [f.x(shape)], ref(0), {"offset": offset, "dim1": dims[0], "dim2": dims[1]}, gg=True)
    f.add("diagonal", [f.x([2, 3])], ref(0) + [0, 1, 1])
    for dims in ((-2, -1), (0, 1), (1, 0), (0, -1), (2, 0)):
        for offset in (0, 2, -1):
            f.add("diagEmbed", [f.x([2, 3])], ref(0) + [offset, *dims], gg=True)
    for shape in ([3, 3], [2, 4], [7, 3], [3, 3, 3], [2, 3, 4], [8, 2], [0, 3]):
        for wrap in (False, True):
            f.program([f.x(shape, "n", "c")], [["y", "clone", ref(0), {}], ["z", "fillDiagonal_", [{"$": "y"}, 2.5], {"wrap": wrap}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]], ["y", "w"], name="fillDiagonal_")
    for source, target in (([0, 1], [1, 2]), ([2], [0]), ([-1, 0], [0, -1]), ([0, 1, 2], [2, 0, 1]), ([], []), ([0, 0], [1, 2]), ([0, 1], [1, 1]), ([0], [1, 2]), (1, -1)):
        f.add("movedim", [f.x([2, 3, 4])], ref(0) + [source, target], gg=True)
        f.add("moveaxis", [f.x([2, 3, 4])], ref(0) + [source, target])
    return f


def distinct():
    f = Family("distinct values")
    all_options = ({}, {"returnInverse": True}, {"returnCounts": True}, {"returnInverse": True, "returnCounts": True})
    for op in ("unique", "uniqueConsecutive"):
        for kw in all_options:
            for kind in ("t", "i3", "m"):
                f.add(op, [f.x([9], kind, ng=True)], None, kw)
                f.add(op, [f.x([6, 2], "i2", ng=True)], None, {**kw, "dim": 0})
                f.add(op, [f.x([2, 6], kind, ng=True)], None, {**kw, "dim": -1})
                f.add(op, [f.x([2, 3, 2], kind, ng=True)], None, {**kw, "dim": 1})
            f.add(op, [f.x([], ng=True)], None, kw)
            f.add(op, [f.x([0], ng=True)], None, kw)
            f.add(op, [f.x([0, 3], ng=True)], None, {**kw, "dim": 0})
        f.add(op, [f.x([0, 3], ng=True)], None, {"dim": 1})
        f.add(op, [f.x([3], ng=True)], None, {"dim": 1})
        f.add(op, [f.x([], ng=True)], None, {"dim": 0})
        f.add(op, [f.x([12], "s", "c", ng=True)], None, {"returnCounts": True})
    for shape in ([7], [3, 5], [2, 3, 4], [], [1], [3, 1]):
        n = len(shape)
        for kind in ("t", "i3", "n"):
            for args in ([], [0], [n - 1, True]) if n else ([],):
                f.add("mode", [f.x(shape, kind)], ref(0) + args, gg=kind != "i3")
    f.add("mode", [f.x([3, 0])], ref(0) + [1])
    f.add("mode", [f.x([0, 3])], ref(0) + [1])
    for shape in ([7], [3, 5], [2, 3, 4], [], [1]):
        f.add("nanmedian", [f.x(shape)], gg=True)
        for args in ([0], [-1, True]):
            f.add("nanmedian", [f.x(shape)], ref(0) + args, gg=True)
    for args in ([], [0], [1, True]):
        f.program([f.x([4, 5], "s", "c", ng=True)], [["y", "nanmedian", ref(0) + args, {}], ["v", "index" if args else "clone", [{"$": "y"}] if not args else ref(0) + [0], {}]], ["v"], name="nanmedian", g=False)
    f.add("nanmedian", [f.x([5], "i9")])
    f.add("nanmedian", [f.x([0])])
    f.add("nanmedian", [f.x([0, 2])], ref(0) + [0])
    # Logarithms of numbers of both signs: NaN among numbers.
    for q in (0, 0.3, 0.5, 1, [0.25, 0.75]):
        for kw in ({}, {"dim": 0}, {"dim": 1, "keepdim": True}, {"keepdim": True}):
            f.program([f.x([4, 5], "n")], [["l", "log", ref(0), {}], ["y", "nanquantile", [{"$": "l"}, q], kw]], ["y"], name="nanquantile", g=False)
            f.add("nanquantile", [f.x([4, 5])], ref(0) + [q], kw)
    for interpolation in ("lower", "higher", "midpoint", "nearest"):
        for q in (0.1, 0.5, 0.4):
            f.program([f.x([9], "n")], [["l", "log", ref(0), {}], ["y", "nanquantile", [{"$": "l"}, q], {"interpolation": interpolation}]], ["y"], name="nanquantile", g=False)
    f.add("nanquantile", [f.x([3])], ref(0) + [1.5])
    f.add("nanquantile", [f.x([0])], ref(0) + [0.5])
    f.add("nanquantile", [f.x([3], "i3")], ref(0) + [0.5])
    for kw in ({"prepend": {"$": 1}}, {"append": {"$": 1}}, {"prepend": {"$": 1}, "append": {"$": 1}, "n": 2}, {"prepend": {"$": 1}, "n": 0}):
        f.add("diff", [f.x([2, 4]), f.x([2, 1])], ref(0), kw, gg=True)
        f.add("diff", [f.x([2, 4]), f.x([3, 4])], ref(0), {**kw, "dim": 0}, gg=True)
    f.add("diff", [f.x([2, 4]), f.x([2, 1], "i4")], ref(0), {"prepend": {"$": 1}})
    f.add("diff", [f.x([2, 4]), f.x([2])], ref(0), {"prepend": {"$": 1}})
    f.add("diff", [f.x([6], "m")])
    f.add("diff", [f.x([6])], ref(0) + [-1])
    for p in (1, 2, 3, 0.5):
        for dim in (0, -1):
            f.add("renorm", [f.x([3, 4])], ref(0) + [p, dim, 2.5], gg=p in (1, 2))
        f.add("pdist", [f.x([4, 3])], ref(0) + [p], gg=p == 2)
    f.add("renorm", [f.x([2, 3, 2])], ref(0) + [2, 1, 1.5])
    f.add("renorm", [f.x([3])], ref(0) + [2, 0, 1])
    f.add("renorm", [f.x([3, 2])], ref(0) + [0, 0, 1])
    f.add("pdist", [f.x([1, 3])])
    f.add("pdist", [f.x([4])])
    return f


IN_PLACE = {
    "sign_": "n", "trunc_": "n", "exp2_": "n", "expm1_": "n", "log2_": "p", "log10_": "p", "log1p_": "p", "tan_": "u", "asin_": "u", "acos_": "u", "atan_": "n", "sinh_": "n", "cosh_": "n",
    "asinh_": "n", "acosh_": "b", "atanh_": "u", "erf_": "n", "erfinv_": "u", "erfc_": "n", "digamma_": "p", "lgamma_": "p", "i0_": "n", "deg2rad_": "n", "rad2deg_": "n", "frac_": "n", "sgn_": "n", "sinc_": "n", "logit_": "q",
    "logicalNot_": "z",
}


def in_place():
    f = Family("in-place forms")

    def change(op, inputs, args, kw=None, **flags):
        f.program(inputs, [["y", "clone", ref(0), {}], ["z", op, [{"$": "y"}] + args, kw or {}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]], ["y", "w"], name=op, **flags)

    for op, kind in IN_PLACE.items():
        # torch has no gradient of the first three in place, and gives that of what was there before to the last one.
        flags = {"g": False} if op in ("asinh_", "acosh_", "atanh_", "logicalNot_") else {"gg": True}
        change(op, [f.x([3, 4], kind, ng=not flags.get("gg"))], [], **flags, **({"tol": 2e-9} if op in ("digamma_", "lgamma_") else {}))
        if op != "frac_":
            change(op, [f.x([5], "i9")], [])
    change("nanToNum_", [f.x([22], "s", "c")], [1.5, 2, 3])
    for op, kinds in {"floorDivide_": "np", "remainder_": "np", "fmod_": "np", "atan2_": "np", "copysign_": "nn", "hypot_": "np", "heaviside_": "tn", "xlogy_": "np", "ldexp_": "nn", "eq_": "tt", "ne_": "tt", "lt_": "tt", "le_": "tt", "gt_": "tt", "ge_": "tt", "logicalAnd_": "zz", "logicalOr_": "zz", "logicalXor_": "zz"}.items():
        constant = op == "heaviside_" or op.startswith("logical")
        change(op, [f.x([3, 4], kinds[0], ng=constant), f.x([4], kinds[1], ng=constant)], ref(1), g=not constant)
        change(op, [f.x([4], kinds[0]), f.x([3, 4], kinds[1])], ref(1), g=False)
        if op not in ("atan2_", "hypot_", "heaviside_", "ldexp_", "logicalAnd_", "logicalOr_", "logicalXor_"):
            change(op, [f.x([3, 4], kinds[0])], [2.5])
            change(op, [f.x([4], "i9")], [2])
            change(op, [f.x([4], "i9")], [2.5])
    for op in ("bitwiseAnd_", "bitwiseOr_", "bitwiseXor_", "bitwiseLeftShift_", "bitwiseRightShift_", "gcd_", "lcm_"):
        for d in INTS:
            change(op, [whole(f, [3, 4], d), f.x([4], "i6", d=d)], ref(1))
        change(op, [whole(f, [3], "int32"), f.x([3], "i6")], ref(1))
        change(op, [f.x([3], "m"), f.x([3], "m")], ref(1))
        change(op, [f.x([3], "m"), f.x([3], "i6")], ref(1))
        change(op, [f.x([3]), f.x([3], "i6")], ref(1))
        if op not in ("gcd_", "lcm_"):
            change(op, [whole(f, [3, 4], "int64")], [3])
    change("bitwiseNot_", [whole(f, [3], "uint8")], [])
    change("bitwiseNot_", [f.x([3], "m")], [])
    for op in ("addcmul_", "addcdiv_"):
        change(op, [f.x([3, 4]), f.x([4]), f.x([3, 1], "p")], ref(1, 2), {"value": 0.5}, gg=True)
        change(op, [f.x([3, 4]), f.x([4]), f.x([3, 1], "p")], ref(1, 2))
        change(op, [f.x([4]), f.x([3, 4]), f.x([3, 1], "p")], ref(1, 2))
    change("lerp_", [f.x([3, 4]), f.x([4])], ref(1) + [0.3], gg=True)
    change("lerp_", [f.x([3, 4]), f.x([4]), f.x([3, 1], "q")], ref(1, 2), gg=True)
    change("floatPower_", [f.x([3, 4], "p")], [2], only64=True)
    change("mvlgamma_", [f.x([3, 4], "b")], [2], tol=2e-9)
    change("polygamma_", [f.x([3, 4], "b")], [1], tol=2e-9)
    change("clampMin_", [f.x([3, 4])], [0.5], gg=True)
    change("clampMax_", [f.x([3, 4])], [0.5], gg=True)
    for diagonal in (0, 1, -1):
        change("tril_", [f.x([3, 4])], [diagonal], gg=True)
        change("triu_", [f.x([2, 3, 4])], [diagonal], gg=True)
    change("tril_", [f.x([3])], [])
    for op in ("cumsum_", "cumprod_"):
        change(op, [f.x([3, 4])], [1], gg=True)
        change(op, [f.x([3, 4], "i3", d="int32")], [0])
        change(op, [f.x([3], "m")], [0])
    change("renorm_", [f.x([3, 4])], [2, 0, 1.5], gg=True)
    change("addmm_", [f.x([2, 3]), f.x([2, 4]), f.x([4, 3])], ref(1, 2), {"beta": 0.5, "alpha": 2}, gg=True)
    change("addmv_", [f.x([2]), f.x([2, 4]), f.x([4])], ref(1, 2), gg=True)
    change("addr_", [f.x([2, 3]), f.x([2]), f.x([3])], ref(1, 2), gg=True)
    change("addbmm_", [f.x([2, 3]), f.x([2, 2, 4]), f.x([2, 4, 3])], ref(1, 2), gg=True)
    change("baddbmm_", [f.x([2, 2, 3]), f.x([2, 2, 4]), f.x([2, 4, 3])], ref(1, 2), gg=True)
    return f


def families():
    return [bits(), special(), typed(), writing(), distinct(), in_place()]
