"""Views, joining, indexing, sorting."""
from harness import Family

from .elementwise import ref


def movement():
    f = Family("movement")
    c = f.choose
    for shape in ([2, 3, 4], [6], [1, 3, 1], [4, 3], [2, 0, 3], [2, 2, 3, 1], []):
        n, total = len(shape), 1
        for s in shape:
            total *= s
        for _ in range(1 if n > 2 else 2):
            if n:
                f.add("flatten", [f.x(shape)], ref(0) + [c.randrange(-n, n), -1], gg=True)
                f.add("permute", [f.x(shape)], ref(0) + [c.sample(range(n), n)], gg=True)
                f.add("transpose", [f.x(shape)], ref(0) + [c.randrange(-n, n), c.randrange(-n, n)], gg=True)
                f.add("movedim", [f.x(shape)], ref(0) + [c.randrange(-n, n), c.randrange(-n, n)], gg=True)
                f.add("flip", [f.x(shape)], ref(0) + [c.sample(range(n), c.randrange(1, n + 1))], gg=True)
                f.add("roll", [f.x(shape)], ref(0) + [c.choice([1, -2, 5, 0]), c.randrange(n)], gg=True)
                f.add("roll", [f.x(shape)], ref(0) + [c.choice([1, -2, 5])], gg=True)
                f.add("unbind", [f.x(shape)], ref(0) + [c.randrange(-n, n)], gg=True)
                f.add("chunk", [f.x(shape)], ref(0) + [c.choice([1, 2, 3, 4]), c.randrange(n)], gg=True)
                f.add("split", [f.x(shape)], ref(0) + [c.choice([1, 2, 3]), c.randrange(n)], gg=True)
                f.add("squeeze", [f.x(shape)], ref(0) + [c.randrange(-n, n)], gg=True)
                f.add("narrow", [f.x(shape)], ref(0) + [c.randrange(n), 0, 1], gg=True)
                f.add("select", [f.x(shape)], ref(0) + [c.randrange(n), c.choice([0, -1, 1, 3])], gg=True)
                f.add("repeatInterleave", [f.x(shape)], ref(0) + [c.choice([0, 1, 3]), c.randrange(n)], gg=True)
            f.add("squeeze", [f.x(shape)], gg=True)
            f.add("unsqueeze", [f.x(shape)], ref(0) + [c.randrange(-n - 1, n + 1)], gg=True)
            f.add("reshape", [f.x(shape)], ref(0) + [c.choice([[-1], [1, -1], [total], [2, -1], [-1, 3]])], gg=True)
            f.add("view", [f.x(shape)], ref(0) + [c.choice([[-1], [1, -1], [total, 1], [2, -1]])], gg=True)
            f.add("repeat", [f.x(shape)], ref(0) + [[c.choice([1, 2, 0, 3]) for _ in range(n + c.choice([0, 0, 1]))]], gg=True)
            f.add("tile", [f.x(shape)], ref(0) + [[c.choice([1, 2]) for _ in range(c.choice([1, n, n + 1]))]], gg=True)
            f.add("expand", [f.x(shape, "n")], ref(0) + [[c.choice([1, 2])] + [s if c.random() < 0.7 else -1 for s in shape]], gg=True)
            if n > 1:
                for op in ("tril", "triu", "diagonal"):
                    f.add(op, [f.x(shape)], ref(0) + [c.choice([-2, -1, 0, 1, 2, 9])], gg=True)
        f.add("repeatInterleave", [f.x(shape)], ref(0) + [2], gg=True)
    for s in ([3, 1], [2], [0, 3]):
        f.add("expand", [f.x(s)], ref(0) + [[4, 3, 5]])
        f.add("broadcastTo", [f.x(s)], ref(0) + [[2, 3, 2]])
    f.add("split", [f.x([7, 2])], ref(0) + [[3, 0, 4], 0], gg=True)
    f.add("split", [f.x([7, 2])], ref(0) + [[3, 3], 0])
    f.add("unflatten", [f.x([3, 8])], ref(0) + [1, [2, -1]], gg=True)
    f.add("unflatten", [f.x([3, 8])], ref(0) + [1, [3, -1]])
    f.add("roll", [f.x([3, 4])], ref(0) + [[1, 2], [0, 1]], gg=True)
    f.add("roll", [f.x([3, 4])], ref(0) + [[1, -1], [1, 1]], gg=True)
    f.add("meshgrid", [f.x([3]), f.x([2]), f.x([4])], [ref(0, 1, 2)], {"indexing": "ij"}, gg=True)
    f.add("meshgrid", [f.x([3]), f.x([2]), f.x([])], [ref(0, 1, 2)], {"indexing": "xy"})
    f.add("repeatInterleave", [f.x([4, 2]), f.x([4], "i3", "c")], ref(0, 1) + [0], gg=True)
    for dim in (0, 1, -1, 2, 3):
        for shapes in ([[2, 3], [2, 3]], [[2, 3], [1, 3]], [[2, 3], [2, 1], [2, 4]], [[0], [2, 3]], [[2, 3]], [[2, 0], [2, 3]], [[], []], [[3], [2]], [[2, 3], [2]]):
            f.add("cat", [f.x(s) for s in shapes], [ref(*range(len(shapes))), dim], gg=True)
            f.add("stack", [f.x(s) for s in shapes], [ref(*range(len(shapes))), dim], gg=True)
    for mode in ("constant", "reflect", "replicate", "circular"):
        for shape in ([1, 2, 5], [1, 2, 4, 5], [2, 3, 4]):
            for _ in range(4):
                pads = [c.choice([0, 1, 2, 3, -1]) for _ in range(2 * (len(shape) - 2))]
                kw = {"mode": mode, **({"value": 1.5} if mode == "constant" and c.random() < 0.5 else {})}
                f.add("pad", [f.x(shape)], ref(0) + [pads], kw, gg=True)
    for pads in ([1, 2], [0, 0, 1, 1], [-1, 2, 3, -2], [1, 1, 1, 1, 1, 1], [-2, -3], [0, 0]):
        f.add("pad", [f.x([3, 4])], ref(0) + [pads], gg=True)
        f.add("pad", [f.x([0, 4])], ref(0) + [pads], gg=True)
    return f


def indexing():
    f = Family("indexing")
    c = f.choose
    for shape in ([5], [3, 4], [2, 3, 4], [4, 1, 3]):
        n = len(shape)
        for _ in range(3):
            d = c.randrange(n)
            sub = [c.randint(0, s) if i != d else c.choice([1, 2, 3, 6, 0]) for i, s in enumerate(shape)]
            index = f.x(sub, "i%d" % shape[d])
            f.add("gather", [f.x(shape), index], [{"$": 0}, d - c.choice([0, n]), {"$": 1}], gg=True)
            f.add("scatterAdd", [f.x(shape), index, f.x(sub)], [{"$": 0}, d, {"$": 1}, {"$": 2}], gg=True)
            f.add("scatterAdd", [f.x(shape), index, f.x([s + 1 for s in sub])], [{"$": 0}, d, {"$": 1}, {"$": 2}], gg=True)
            f.add("scatter", [f.x(shape), index], [{"$": 0}, d, {"$": 1}, 2.5], gg=True)
            if n == 1 or shape[d] >= 3:
                one = [s if i != d else 1 for i, s in enumerate(shape)]
                f.add("scatter", [f.x(shape), f.x(one, "i%d" % shape[d]), f.x(one)], [{"$": 0}, d, {"$": 1}, {"$": 2}], gg=True)
            row = f.x([c.choice([0, 1, 3, 5])], "i%d" % shape[d])
            f.add("indexSelect", [f.x(shape), row], [{"$": 0}, d, {"$": 1}], gg=True)
            part = [s if i != d else row["s"][0] for i, s in enumerate(shape)]
            f.add("indexAdd", [f.x(shape), row, f.x(part)], [{"$": 0}, d, {"$": 1}, {"$": 2}], {"alpha": c.choice([1, 2.5, -1])}, gg=True)
            f.add("indexFill", [f.x(shape), row], [{"$": 0}, d, {"$": 1}, 1.5], gg=True)
            f.add("indexCopy", [f.x(shape), f.x([1], "i%d" % shape[d]), f.x([s if i != d else 1 for i, s in enumerate(shape)])], [{"$": 0}, d, {"$": 1}, {"$": 2}], gg=True)
        total = 1
        for s in shape:
            total *= s
        f.add("take", [f.x(shape), f.x([2, 3], "j%d" % total)], gg=True)
        f.add("takeAlongDim", [f.x(shape), f.x([2 if i == n - 1 else s for i, s in enumerate(shape)], "i%d" % shape[-1])], ref(0, 1) + [n - 1], gg=True)
        f.add("maskedFill", [f.x(shape), f.x(shape[-1:], "m")], ref(0, 1) + [2.5], gg=True)
        f.add("maskedFill", [f.x(shape), f.x(shape, "m"), f.x([])], gg=True)
        f.add("maskedSelect", [f.x(shape), f.x(shape, "m")], gg=True)
        f.add("maskedSelect", [f.x(shape), f.x(shape[-1:], "m")], gg=True)
        f.add("nonzero", [f.x(shape, "z")])
        f.add("nonzero", [f.x(shape, "z")], None, {"asTuple": True})
    f.add("nonzero", [f.x([], "n")])
    f.add("gather", [f.x([3, 4]), f.x([3, 4], "i7")], [{"$": 0}, 1, {"$": 1}])
    f.add("indexSelect", [f.x([3, 4]), f.x([6], "i9")], [{"$": 0}, 1, {"$": 1}])
    f.add("gather", [f.x([3, 4]), f.x([4, 4], "i3")], [{"$": 0}, 1, {"$": 1}])
    f.add("take", [f.x([3]), f.x([6], "i9")])
    x3 = [3, 4, 2]
    patterns = [
        [0], [-1, 2], ["..."], ["...", 1], [None], [None, 1, None], [[1, 3]], [[None, None, 2]], [[0, 3, 2], [1, None, 3]], [[-2, None]], [[5, 2]], [0, "...", [1, 4, 2]], [1, 2, 3], [[1, 1]], [7], [0, 0, 0, 0],
        [{"$": 1}], [{"$": 1}, {"$": 1}], ["...", {"$": 1}], [[0, 2], {"$": 1}], [{"$": 1}, [1, 3], {"$": 1}], [{"$": 1}, 0], [0, {"$": 1}], [{"$": 2}], [{"$": 2}, {"$": 2}], [{"$": 3}, {"$": 1}], [None, {"$": 1}], [{"$": 1}, None, {"$": 1}],
        [{"$": 4}], [{"$": 4}, {"$": 1}], [[0, 2], {"$": 5}], [{"$": 6}], [{"$": 7}], ["...", {"$": 7}], [{"$": 4}, 1], [{"$": 1}, {"$": 5}], [{"$": 8}], [{"$": 1}, "...", {"$": 1}], [0, [None], {"$": 1}], [{"$": 1}, [None], 1], [{"$": 9}],
    ]
    extra = lambda: [f.x([3], "j3", "c"), f.x([2, 3], "i3"), f.x([2, 1], "i3"), f.x([3], "m", "c"), f.x([4], "m", "c"), f.x([3, 4], "m"), f.x([2], "m", "c"), f.x([0], "i3", "c"), f.x([], "i3", "c")]
    for pattern in patterns:
        used = max([p["$"] for p in pattern if isinstance(p, dict)] + [0])
        f.add("index", [f.x(x3)] + extra()[:used], ref(0) + pattern, gg=True)
    for pattern in patterns:
        used = max([p["$"] for p in pattern if isinstance(p, dict)] + [0])
        clean = [["y", "clone", ref(0), {}], ["z", "set_", [{"$": "y"}] + pattern + [2.5], {}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]]
        f.program([f.x(x3)] + extra()[:used], clean, ["y", "w"], name="set number")
        if not any(isinstance(p, dict) for p in pattern):
            inputs = [f.x(x3), f.x([1])]
            f.program(inputs, [["y", "clone", ref(0), {}], ["z", "set_", [{"$": "y"}] + pattern + ref(1), {}], ["w", "mul", [{"$": "y"}, {"$": "y"}], {}]], ["y", "w"], name="set tensor")
    f.program([f.x([5, 3]), f.x([4, 3]), f.x([4], "i5", "c")], [["y", "clone", ref(0), {}], ["z", "indexPut_", [{"$": "y"}, [{"$": 2}], {"$": 1}, ], {"accumulate": True}], ["w", "mul", [{"$": "y"}, {"$": "y"}], {}]], ["y", "w"], name="indexPut_")
    for op, extra_args in (("maskedFill_", [{"$": 1}, 3]),):
        f.program([f.x([3, 4]), f.x([3, 4], "m")], [["y", "clone", ref(0), {}], ["z", op, [{"$": "y"}] + extra_args, {}], ["w", "mul", [{"$": "y"}, {"$": 0}], {}]], ["y", "w"], name=op)
    return f


def sorting():
    f = Family("sorting")
    c = f.choose
    for shape in ([7], [3, 5], [2, 3, 4], [4, 1], [0], [0, 3], [3, 0], [], [2, 1, 11]):
        n = len(shape)
        for kind in ("n", "t", "s"):
            d = c.randrange(-n, n) if n else 0
            descending = c.random() < 0.5
            f.add("sort", [f.x(shape, kind)], ref(0) + [d], {"descending": True} if descending else {}, gg=kind != "s")
            f.add("argsort", [f.x(shape, kind)], ref(0) + [d], {"descending": True} if descending else {})
        size = shape[d] if n else 1
        for k in sorted({0 if n else 1, 1, size // 2 if n else 1, size, size + 1}):
            f.add("topk", [f.x(shape, "n", c.choice("ctrso"))], ref(0) + [k, d], c.choice([{}, {"largest": False}]), gg=True)
        for kind in ("t", "s", "i4", "j9", "m"):
            f.add("unique", [f.x(shape, kind, ng=True)], ref(0), c.choice([{}, {"returnInverse": True}, {"returnCounts": True}, {"returnInverse": True, "returnCounts": True}]))
    for dtype in ("int32", "uint8", "int64"):
        f.add("sort", [f.x([3, 6], "i9", d=dtype)], ref(0) + [0])
    f.add("sort", [f.x([9], "m")])
    return f


def families():
    return [movement(), indexing(), sorting()]
