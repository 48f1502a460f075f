"""Operations of one and of two operands, reductions and products."""
from harness import Family


def ref(*indices):
    return [{"$": i} for i in indices]


UNARY = {
    "neg": "n", "abs": "n", "sign": "n", "square": "n", "relu": "n", "floor": "n", "ceil": "n", "round": "n", "trunc": "n", "exp": "n", "exp2": "n", "expm1": "n",
    "log": "p", "log2": "p", "log10": "p", "log1p": "u", "sqrt": "p", "rsqrt": "p", "reciprocal": "p", "sin": "n", "cos": "n", "tan": "u", "asin": "u", "acos": "u", "atan": "n",
    "sinh": "n", "cosh": "n", "tanh": "n", "asinh": "n", "acosh": "b", "atanh": "u", "erf": "n", "erfinv": "u", "sigmoid": "n", "logicalNot": "z", "isnan": "s", "isinf": "s", "isfinite": "s",
}


def unary():
    f = Family("unary")
    for op, kind in UNARY.items():
        for shape in ([7], f.shape(2), f.shape(3), f.shape()):
            f.add(op, [f.x(shape, kind)], gg=kind != "s")
        f.add(op, [f.x([len("specials") * 5], "s", "c")], z=True)
        f.add(op, [f.x([9], "w", "c")])
    for low, high in ((-1, 1.5), (None, 0.5), (-0.25, None), (2, -2), (0, 0)):
        f.add("clamp", [f.x(f.shape(), "n")], ref(0) + [low, high], gg=True)
        f.add("clamp", [f.x([30], "t")], ref(0) + [low, high])
        f.add("clamp", [f.x([30], "s")], ref(0) + [low, high])
    return f


BINARY = {"add": "nn", "sub": "nn", "mul": "nn", "div": "np", "pow": "pn", "maximum": "nn", "minimum": "nn", "floorDivide": "np", "remainder": "np", "fmod": "np", "atan2": "np"}
COMPARE = ["eq", "ne", "lt", "le", "gt", "ge", "logicalAnd", "logicalOr", "logicalXor"]
PAIRS = [([3, 5], [3, 5]), ([3, 1], [1, 5]), ([2, 3, 4], [4]), ([], [3, 2]), ([5], []), ([], []), ([2, 1, 3], [4, 1]), ([0, 3], [1, 3]), ([1], [0]), ([3, 2], [2, 3]), ([7, 1, 2], [1, 3, 1]), ([1, 1], [5])]


def binary():
    f = Family("binary")
    for op, (ka, kb) in BINARY.items():
        for a, b in PAIRS:
            f.add(op, [f.x(a, ka), f.x(b, kb)], gg=True)
        f.add(op, [f.x([4, 3], "t"), f.x([4, 3], "t")])
        f.add(op, [f.x([44], "s", "c"), f.x([44], "s", "c")], z=True)
        for number in (2, 2.5, -1.5, 0):
            if not (number == 0 and op in ("div", "floorDivide", "remainder", "fmod")):
                f.add(op, [f.x(f.shape(2), ka)], ref(0) + [number], gg=True)
            f.add(op, [f.x(f.shape(2), kb)], [abs(number) if op == "pow" else number] + ref(0), gg=number != 0)
    for op in COMPARE:
        for a, b in PAIRS[:10]:
            f.add(op, [f.x(a, "t"), f.x(b, "t")])
        f.add(op, [f.x([44], "s", "c"), f.x([44], "s", "c")])
        f.add(op, [f.x([3, 3], "t")], ref(0) + [1])
    for alpha in (2.5, -1, 0):
        for op in ("add", "sub"):
            f.add(op, [f.x([3, 4]), f.x([4])], None, {"alpha": alpha}, gg=True)
    for mode in ("floor", "trunc"):
        f.add("div", [f.x([3, 7], "n"), f.x([7], "p")], None, {"roundingMode": mode})
        f.add("div", [f.x([33], "s"), f.x([33], "s")], None, {"roundingMode": mode}, z=True)
        f.add("div", [f.x([21], "j9"), f.x([21], "i5")][:1] + [f.x([21], "j9", "c")], ref(0) + [3], {"roundingMode": mode})
    for exponent in (0, 1, 2, 3, -1, 0.5, -2, 4, 1.5):
        f.add("pow", [f.x([3, 3], "n")], ref(0) + [exponent], gg=exponent == int(exponent))
        f.add("pow", [f.x([22], "s")], ref(0) + [exponent])
        f.add("pow", [f.x([4], "t")], ref(0) + [exponent], gg=True)
    f.add("pow", [f.x([9], "t"), f.x([9], "t")])
    f.add("pow", [f.x([8, 1], "t"), f.x([1, 7], "t")])
    for c, a, b in (([3, 4], [3, 4], [3, 4]), ([3, 1], [4], []), ([], [2, 3], [3]), ([2, 1, 2], [3, 1], [1]), ([0], [1], []), ([3], [2], [3])):
        f.add("where", [f.x(c, "m"), f.x(a), f.x(b)], gg=True)
    f.add("where", [f.x([3, 4], "m"), f.x([4])], ref(0, 1) + [2.5])
    f.add("where", [f.x([3, 4], "m"), f.x([4])], ref(0) + [-1] + ref(1))
    for op in ("isclose", "allclose", "equal"):
        f.add(op, [f.x([22], "s"), f.x([22], "s")])
        f.add(op, [f.x([3, 4], "t"), f.x([3, 4], "t")])
    f.add("isclose", [f.x([44], "s"), f.x([44], "s")], None, {"equalNan": True, "atol": 0.6, "rtol": 0.3})
    return f


def reduction():
    f = Family("reduction")
    shapes = [[7], [3, 5], [2, 3, 4], [1, 1, 3], [2, 1, 3], [], [0], [0, 3], [3, 0, 2]]
    for shape in shapes:
        n = len(shape)
        dims = [None] + list(range(n)) + ([-1] if n else []) + ([[0, n - 1]] if n > 1 else []) + ([[0, 2], [-2, 0]] if n > 2 else [])
        for op in ("sum", "mean", "any", "all", "amax", "amin", "prod", "var", "std", "norm", "countNonzero", "logsumexp", "argmax", "argmin", "max", "min", "median", "aminmax", "cumsum", "cumprod"):
            for dim in dims:
                if dim is None and op in ("logsumexp", "cumsum", "cumprod"):
                    continue
                if isinstance(dim, list) and op in ("prod", "argmax", "argmin", "max", "min", "median", "aminmax", "cumsum", "cumprod"):
                    continue
                keep = f.choose.random() < 0.4
                kind = "t" if op in ("amax", "amin") and f.choose.random() < 0.5 else "z" if op in ("prod", "any", "all", "countNonzero", "cumprod") else "n"
                x = f.x(shape, kind)
                smooth = op in ("sum", "mean", "prod", "var", "std", "norm", "logsumexp", "cumsum", "cumprod", "max", "amax")
                if op == "aminmax":
                    f.add(op, [x], None, ({} if dim is None else {"dim": dim, **({"keepdim": True} if keep else {})}))
                elif op in ("var", "std"):
                    kw = f.choose.choice([{}, {"correction": 0}, {"unbiased": False} if dim is None else {"correction": 2}])
                    if "unbiased" in kw:
                        kw = {"correction": 0}
                    if op == "std" and shape and (shape.count(1) or not shape):
                        kw = {}
                    f.add(op, [x], ref(0) + [dim], {**kw, **({"keepdim": True} if keep else {})}, gg=numel_ok(shape))
                elif op == "norm":
                    p = f.choose.choice([1, 2, 3, 0.5, 0, 2, 2])
                    f.add(op, [x], ref(0) + [p] + ([] if dim is None else [dim, keep]), gg=p in (2, 3))
                elif op in ("cumsum", "cumprod", "countNonzero") or dim is None:
                    f.add(op, [x], ref(0) + ([] if dim is None else [dim]), gg=smooth)
                else:
                    f.add(op, [x], ref(0) + [dim, keep], gg=smooth)
        if shape:
            f.add("varMean", [f.x(shape)], ref(0) + [f.choose.randrange(len(shape))], gg=numel_ok(shape))
    for op in ("sum", "mean", "amax", "amin", "max", "min", "prod", "var", "norm", "argmax", "argmin", "cumsum", "cumprod", "any", "all", "median"):
        f.add(op, [f.x([3, 7], "s", "c")], ref(0) + ([0] if op.startswith("cum") else []), g=op != "cumprod")
        f.add(op, [f.x([3, 7], "t")], ref(0) + ([0] if op.startswith("cum") else []))
    for op in ("max", "min", "amax", "amin", "median", "argmax", "argmin", "cumsum", "cumprod", "logsumexp"):
        f.add(op, [f.x([5, 4], "s", "c")], ref(0) + [1], g=op != "cumprod")
    for p in (1, 2, 3, 0.5, 0, -1, 1.5):
        f.add("norm", [f.x([3, 5], "z")], ref(0) + [p, 1])
        f.add("norm", [f.x([3, 5], "n")], ref(0) + [p, [0, 1]])
    f.add("norm", [f.x([3, 5], "n")], ref(0) + ["fro"])
    for dim in (3, -4, [0, 0], [0, -2]):
        for op in ("sum", "mean", "amax", "var"):
            f.add(op, [f.x([3, 5])], ref(0) + [dim])
    for shape, reps in (([1000], 1), ([3, 333], 1)):
        for op in ("sum", "mean", "std", "norm"):
            f.add(op, [f.x(shape, "n", "c")], ref(0), g=False)
    return f


def numel_ok(shape):
    return len(shape) > 0 and min(shape) > 1


def matmul():
    f = Family("matmul")
    for a, b in (
        ([3, 5], [5, 2]), ([1, 7], [7, 1]), ([5], [5]), ([5], [5, 3]), ([3, 5], [5]), ([2, 3, 4], [4, 2]), ([2, 3, 4], [2, 4, 1]), ([2, 3, 4], [4]), ([4], [2, 4, 3]), ([2, 1, 3, 2], [3, 2, 2]),
        ([1, 3, 2], [3, 2, 4]), ([3, 2, 4], [1, 4, 2]), ([0, 3], [3, 2]), ([3, 0], [0, 2]), ([2, 0], [0]), ([0, 2, 3], [3, 2]), ([2, 0, 3], [3, 2]), ([2, 3, 0], [2, 0, 2]), ([0], [0]), ([3, 4], [5, 2]),
        ([2, 3, 4], [3, 4, 2]), ([], [3]), ([3], [4]), ([3, 1], [1, 4]), ([1, 1], [1, 1]), ([2, 2, 3], [2, 1, 3, 2]), ([5, 1, 2, 3], [3]), ([3], [4, 2, 3, 1]),
    ):
        for _ in range(2):
            f.add("matmul", [f.x(a), f.x(b)], gg=True)
    f.add("matmul", [f.x([17, 33], "n", "t"), f.x([33, 2], "n", "t")])
    f.add("matmul", [f.x([2, 129], "n", "c"), f.x([129, 3], "n", "t")])
    for op, a, b in (("mm", [3, 4], [4, 2]), ("mm", [3], [3, 2]), ("bmm", [2, 3, 4], [2, 4, 3]), ("bmm", [0, 3, 4], [0, 4, 3]), ("bmm", [1, 3, 4], [2, 4, 3]), ("mv", [3, 4], [4]), ("mv", [3, 4], [3]), ("dot", [7], [7]), ("dot", [0], [0]), ("dot", [3], [2]), ("outer", [3], [5]), ("outer", [0], [2]), ("outer", [2, 1], [2])):
        for _ in range(3):
            f.add(op, [f.x(a), f.x(b)], gg=True)
    for x, w, b in (([3, 5], [2, 5], [2]), ([5], [2, 5], [2]), ([2, 3, 4], [5, 4], [5]), ([2, 1, 3, 4], [1, 4], None), ([0, 4], [3, 4], [3]), ([3, 0], [2, 0], [2]), ([3, 4], [2, 5], [2]), ([3, 4], [2, 4], [3]), ([3, 4], [0, 4], [0])):
        for _ in range(3):
            f.add("linear", [f.x(x), f.x(w)] + ([f.x(b)] if b else []), gg=True)
    for eq, *shapes in (
        ("ij,jk->ik", [3, 4], [4, 2]), ("ij,jk", [3, 4], [4, 2]), ("ii->i", [3, 3]), ("ii", [4, 4]), ("ij->ji", [2, 3]), ("ij->", [2, 3]), ("bij,bjk->bik", [2, 3, 2], [2, 2, 4]), ("i,j->ij", [3], [4]),
        ("i,i->", [5], [5]), ("...ij,...jk->...ik", [2, 3, 2], [2, 2]), ("abc,cd,de->abe", [2, 3, 2], [2, 3], [3, 2]), ("ij,kj->ik", [3, 4], [2, 4]), ("bhid,bhjd->bhij", [1, 2, 3, 2], [1, 2, 4, 2]),
        ("ijk->kij", [2, 3, 4]), ("ij,ij->i", [3, 4], [3, 4]), ("ba", [2, 3]), ("ij,jk->ik", [3, 4], [5, 2]), ("...i->...", [2, 3, 4]), ("ij,j->i", [3, 1], [4]), ("iij->j", [2, 2, 3]), (" i j , j -> i ", [2, 3], [3]), ("ij,jk->iq", [2, 3], [3, 2]), ("i...->...", [2, 0, 3]),
    ):
        for _ in range(2):
            f.add("einsum", [f.x(s) for s in shapes], [eq] + ref(*range(len(shapes))), gg=True)
    return f


def families():
    return [unary(), binary(), reduction(), matmul()]
