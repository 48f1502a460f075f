"""Pooling."""
from harness import Family

from .elementwise import ref


def per_axis(value, rank):
    return value if isinstance(value, list) else [value] * rank


def has_empty_window(size, kernel, kw):
    """Whether a window lies in the padding altogether: torch 2.15's gradient of max pooling then writes outside its memory."""
    rank = len(size)
    k, p, d, s = (per_axis(v, rank) for v in (kernel, kw.get("padding", 0), kw.get("dilation", 1), kw.get("stride", kernel)))
    for i in range(rank):
        for start in range(-p[i], size[i], s[i]):
            if not any(0 <= start + j * d[i] < size[i] for j in range(k[i])):
                return True
    return False


def sizes(c, rank, options):
    return c.choice([c.choice(options), [c.choice(options) for _ in range(rank)]])


def add(f, *args, **flags):
    """Keeps only the first calls by chance that torch refuses."""
    f.add(*args, **flags)
    f.refused = getattr(f, "refused", 0) + ("err" in f.cases[-1])
    if "err" in f.cases[-1] and f.refused > 10:
        f.cases.pop()


def pool():
    f = Family("pool")
    c = f.choose
    for rank, count in ((2, 110), (1, 60), (3, 80)):
        for i in range(count):
            op = ["maxPool%dd", "avgPool%dd"][i % 2] % rank
            kernel = sizes(c, rank, [1, 2, 3, 4] if rank < 3 else [1, 2, 3])
            size = [c.choice([1, 2, 3, 4, 5, 7] if rank < 3 else [1, 2, 3, 4, 5]) for _ in range(rank)]
            kw = {}
            if c.random() < 0.6:
                kw["stride"] = sizes(c, rank, [1, 2, 3])
            if c.random() < 0.5:
                kw["padding"] = sizes(c, rank, [0, 1, 1, 2] if c.random() < 0.4 else [0, 1])
            if c.random() < 0.5:
                kw["ceilMode"] = True
            more = {}
            if op.startswith("max"):
                if c.random() < 0.4:
                    kw["dilation"] = sizes(c, rank, [1, 2, 3])
                if c.random() < 0.5:
                    kw["returnIndices"] = True
                if has_empty_window(size, kernel, kw):
                    more, kw["returnIndices"] = {"ng": True}, True
            else:
                if c.random() < 0.5:
                    kw["countIncludePad"] = False
                if rank > 1 and c.random() < 0.25:
                    kw["divisorOverride"] = c.choice([1, 3, 7, -2])
            lead = c.choice([[1, 2], [2, 1], [3], [2, 3]] + ([[0, 2]] if i % 20 < 2 else []))
            add(f, op, [f.x(lead + size, c.choice("nnt"), **more)], ref(0) + [kernel], kw, gg=c.random() < 0.3)
    for op in ("maxPool2d", "avgPool2d", "maxPool3d", "avgPool3d", "maxPool1d", "avgPool1d"):
        rank = int(op[-2])
        f.add(op, [f.x([1, 1] + [6, 7, 4][:rank], "s", "c")], ref(0) + [2], {"returnIndices": True} if op[0] == "m" else {})
        f.add(op, [f.x([1, 1] + [6, 7, 4][:rank], "s", "c")], ref(0) + [3, 2, 1])  # by position
        for shape in ([1, 0] + [4] * rank, [2, 2] + [0] * rank, [3] * rank, [1] * (rank + 3)):
            f.add(op, [f.x(shape)], ref(0) + [2])
        f.add(op, [f.x([1, 2] + [3] * rank)], ref(0) + [4])
        f.add(op, [f.x([1, 2] + [3] * rank)], ref(0) + [2], {"padding": 2})
        f.add(op, [f.x([1, 2] + [3] * rank)], ref(0) + [2], {"stride": 0})
    # Windows wholly in the padding: torch names the first place that they would see.
    for kw in ({"padding": 1, "dilation": 3, "stride": 2}, {"padding": 1, "dilation": [1, 4], "stride": 1}, {"padding": 1, "dilation": [3, 1], "stride": [3, 1], "ceilMode": True}):
        for size in ([1, 2], [2, 1], [2, 2], [1, 1]):
            f.add("maxPool2d", [f.x([1, 2, *size], "n", ng=True)], ref(0) + [2], {**kw, "returnIndices": True})
    for dilation in (2, 3, [3, 1, 1], [1, 3, 1], [1, 1, 3]):
        for size in ([1, 1, 2], [2, 1, 1], [2, 2, 2], [1, 2, 1]):
            f.add("maxPool3d", [f.x([1, 2, *size], "n", ng=True)], ref(0) + [2], {"padding": 1, "stride": 1, "dilation": dilation, "returnIndices": True})
    # torch refuses windows larger than the input, padded or not, for this one alone.
    for size, kw in (([3, 4, 2], {"padding": 1}), ([3, 2, 3], {"ceilMode": True}), ([2, 3, 3], {"padding": 1, "stride": 1}), ([3, 3, 3], {"padding": 1})):
        f.add("avgPool3d", [f.x([1, 2, *size])], ref(0) + [3], kw)
    return f


def families():
    return [pool()]
