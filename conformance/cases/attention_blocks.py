"""Attention over more positions than one block of the kernel holds, and its parts in float64."""
from harness import Family


def blocks():
    f = Family("attention in blocks")

    def add(q, k, v, mask=None, kw=None, d="float32"):
        inputs = [f.x(q, "n", d=d), f.x(k, "n", d=d), f.x(v, "n", d=d)] + ([mask] if mask else [])
        f.add("scaledDotProductAttention", inputs, [{"$": 0}, {"$": 1}, {"$": 2}], {**({"attnMask": {"$": 3}} if mask else {}), **(kw or {})})

    add([1, 2, 66, 3], [1, 2, 258, 3], [1, 2, 258, 3])
    add([1, 1, 130, 2], [1, 1, 130, 2], [1, 1, 130, 2], kw={"isCausal": True})
    add([1, 2, 66, 2], [1, 2, 30, 2], [1, 2, 30, 2], kw={"isCausal": True, "scale": 0.4})
    add([2, 1, 3, 2], [2, 1, 258, 2], [2, 1, 258, 2], mask=f.x([2, 1, 1, 258], "m"))
    add([1, 1, 66, 2], [1, 1, 20, 2], [1, 1, 20, 2], mask=f.x([66, 20], "n"))
    add([1, 2, 66, 2], [1, 2, 20, 2], [1, 2, 20, 2], kw={"dropoutP": 0.2})
    add([2, 33, 2], [2, 17, 2], [2, 17, 3], kw={"dropoutP": 0.2}, d="float64")
    return f


def families():
    return [blocks()]
