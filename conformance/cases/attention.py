"""Attention as functions, and softmax under masks."""
import torch.nn.functional as F

from harness import OPS, Family


def multi_head_attention_forward(*args, **kw):
    try:
        return F.multi_head_attention_forward(*args, **kw)
    except AssertionError as e:  # how it refuses
        raise ValueError(e)


OPS["multiHeadAttentionForward"] = multi_head_attention_forward


def scaled_dot_product():
    f = Family("attention")
    op = "scaledDotProductAttention"

    def add(q, k, v, mask=None, layout=None, gg=True, kw=None):
        inputs = [f.x(q, "n", layout), f.x(k, "n", layout), f.x(v, "n", layout)] + ([mask] if mask else [])
        f.add(op, inputs, [{"$": 0}, {"$": 1}, {"$": 2}], {**({"attnMask": {"$": 3}} if mask else {}), **(kw or {})}, gg=gg)

    for n, (q, k, v) in enumerate((
        ([4, 5], [6, 5], [6, 7]), ([2, 3, 2], [2, 4, 2], [2, 4, 2]), ([2, 2, 3, 2], [2, 2, 4, 2], [2, 2, 4, 2]), ([1, 2, 1, 3, 2], [1, 2, 1, 3, 2], [1, 2, 1, 3, 2]),
        ([1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]), ([2, 1, 3, 2], [1, 2, 4, 2], [2, 2, 4, 2]), ([2, 3, 4], [5, 4], [5, 2]), ([1, 3, 2], [2, 4, 2], [2, 4, 2]),
        # Nothing to ask, to see or to compare.
        ([2, 0, 5], [2, 6, 5], [2, 6, 5]), ([2, 4, 5], [2, 0, 5], [2, 0, 5]), ([0, 3, 4, 5], [0, 3, 6, 5], [0, 3, 6, 5]), ([2, 4, 0], [2, 6, 0], [2, 6, 5]), ([2, 4, 5], [2, 6, 5], [2, 6, 0]),
    )):
        add(q, k, v)
        add(q, k, v, kw=[{"scale": 0.7}, {"isCausal": True}][n % 2])
    for layout in "tsreo":
        add([2, 2, 3, 2], [2, 2, 3, 2], [2, 2, 3, 2], layout=layout, kw={"isCausal": True})
    # Masks: true means that a query may look; some queries may look at nothing.
    for shape in ([3, 4], [1, 4], [3, 1], [2, 3, 4], [2, 1, 1, 4], [2, 2, 3, 4]):
        for kind in "mn":
            add([2, 2, 3, 2], [2, 2, 4, 2], [2, 2, 4, 2], mask=f.x(shape, kind))
            if len(shape) < 4:
                add([2, 3, 2], [2, 4, 2], [2, 4, 2], mask=f.x(shape, kind))
        add([2, 2, 3, 2], [2, 2, 4, 2], [2, 2, 4, 2], mask=f.x(shape, "m"))
    add([5, 3], [2, 3], [2, 3], mask=f.x([5, 2], "m"))
    add([5, 3], [2, 3], [2, 3], mask=f.x([5, 2], "n"))
    for scale in (0.0, -0.5, 2, 1):
        add([3, 4], [3, 4], [3, 4], kw={"scale": scale})
        if scale > 0:  # torch's fused kernel multiplies -inf by it
            add([2, 1, 3, 4], [2, 1, 3, 4], [2, 1, 3, 4], kw={"scale": scale, "isCausal": True})
    # Minus infinity in a floating mask, also for all keys of a query.
    for shape in ([4, 3], [2, 4, 3], [2, 2, 4, 3]):
        heads = [2] * (len(shape) - 2)
        f.program(
            [f.x([*heads, 4, 5]), f.x([*heads, 3, 5]), f.x([*heads, 3, 2]), f.x(shape, "n"), f.x(shape, "m")],
            [["zeros", "to", [{"$": 4}, "float32"], {}], ["limits", "log", [{"$": "zeros"}], {}], ["mask", "add", [{"$": 3}, {"$": "limits"}], {}],
             ["y", op, [{"$": 0}, {"$": 1}, {"$": 2}], {"attnMask": {"$": "mask"}}]], ["y"], name=op, gg=True)
    # Heads of keys and values shared among those of the query.
    for q, k, v in (([1, 4, 3, 2], [1, 2, 4, 2], [1, 2, 4, 2]), ([1, 6, 3, 2], [1, 3, 4, 2], [1, 2, 4, 3]), ([4, 3, 2], [1, 4, 2], [1, 4, 2]), ([1, 2, 3, 2], [1, 2, 4, 2], [1, 2, 4, 2]), ([2, 5, 4, 5], [2, 3, 6, 5], [2, 3, 6, 5]), ([4, 5], [6, 5], [6, 5])):
        for kw in ({}, {"isCausal": True}):
            add(q, k, v, kw={"enableGqa": True, **kw})
    add([2, 6, 4, 5], [2, 3, 6, 5], [2, 3, 6, 5])
    add([2, 6, 4, 5], [2, 3, 6, 5], [2, 3, 6, 5], mask=f.x([3, 4], "m"), kw={"enableGqa": True})
    # The draws of dropout.
    for p in (0.1, 0.5, 1.0):
        for shape in ([4, 2], [2, 4, 2], [2, 2, 4, 2]):
            add(shape, shape, shape, kw={"dropoutP": p}, gg=p == 0.5)
            add(shape, shape, shape, mask=f.x([4, 4], "m"), kw={"dropoutP": p}, gg=False)
        add([2, 1, 4, 2], [2, 1, 4, 2], [2, 1, 4, 2], layout="r", kw={"dropoutP": p, "isCausal": True}, gg=False)
    # Refused.
    add([5], [5], [5])
    add([4, 5], [6, 4], [6, 5])
    add([2, 4, 5], [3, 6, 5], [3, 6, 5])
    add([2, 3, 2], [2, 4, 2], [2, 4, 2], mask=f.x([3, 4], "m"), kw={"isCausal": True})
    for shape in ([4, 4], [3], [3, 2, 3, 4], [3, 3, 4]):
        add([2, 3, 2], [2, 4, 2], [2, 4, 2], mask=f.x(shape, "m"))
    for kind, dtype in (("i2", "int64"), ("i2", "uint8"), ("i2", "int32")):
        add([2, 3, 2], [2, 4, 2], [2, 4, 2], mask=f.x([3, 4], kind, d=dtype))
    add([2, 2, 3, 2], [2, 2, 4, 2], [2, 2, 4, 2], kw={"dropoutP": 1.5})
    f.add(op, [f.x([4, 5], "i5"), f.x([6, 5], "i5"), f.x([6, 5], "i5")])
    f.add(op, [f.x([4, 5]), f.x([6, 5]), f.x([6, 5], "i5")])
    return f


def softmax_limits():
    """Softmax of sums with masks of minus infinity: where torch's gradients are numbers, so must Hone's be."""
    f = Family("softmax under masks")
    for shape, dim in (([3, 5], -1), ([3, 5], 0), ([2, 3, 4], 1), ([2, 1, 33], -1)):
        for name in ("softmax", "logSoftmax"):
            f.program(
                [f.x(shape), f.x(shape, "m")],
                [["numbers", "to", [{"$": 1}, "float32"], {}], ["limits", "log", [{"$": "numbers"}], {}], ["scores", "add", [{"$": 0}, {"$": "limits"}], {}], ["y", name, [{"$": "scores"}, dim], {}]],
                ["y"], name=name, gg=True)
    return f


def functional():
    f = Family("multi-head attention")
    op = "multiHeadAttentionForward"

    def add(E, heads, inputs, masks=None, bias=True, extra=False, zero=False, p=0.0, kw=None, gg=False):
        """Parameters follow the inputs."""
        specs = list(inputs) + [f.x([3 * E, E], "h", "c"), f.x([3 * E], "h", "c"), f.x([E, E], "h", "c"), f.x([E], "h", "c"), f.x([1, 1, E], "n", "c"), f.x([1, 1, E], "n", "c")]
        at = len(inputs)
        ref = lambda i, on=True: {"$": i} if on else None
        query = [ref(0), ref(min(1, at - 1)), ref(min(2, at - 1))]
        names = {}
        for name, spec in (masks or {}).items():
            names[name] = {"$": len(specs)}
            specs.append(spec)
        f.add(op, specs, [*query, E, heads, ref(at), ref(at + 1, bias), ref(at + 4, extra), ref(at + 5, extra), zero, p, ref(at + 2), ref(at + 3, bias)], {**names, **(kw or {})}, gg=gg)

    three = lambda E, L=2, S=3, N=2: [f.x([L, N, E]), f.x([S, N, E]), f.x([S, N, E])]
    for kw in ({}, {"averageAttnWeights": False}, {"training": False}, {"needWeights": False}):
        add(2, 2, [f.x([3, 2, 2])], kw=kw, gg=True)
        add(4, 2, three(4)[:2], kw=kw, gg=not kw)
        add(6, 3, three(6), kw=kw, bias=False)
        add(4, 1, three(4), kw=kw, extra=True, zero=True)
        add(4, 2, [f.x([3, 4]), f.x([5, 4])], kw=kw)
        add(4, 2, three(4), kw=kw, p=0.4)
        for zero in (False, True):
            add(4, 2, three(4), {"attnMask": f.x([2, 3], "m"), "keyPaddingMask": f.x([2, 3], "m")}, kw=kw, zero=zero, extra=zero)
            add(4, 2, three(4), {"attnMask": f.x([4, 2, 3], "n"), "keyPaddingMask": f.x([2, 3], "n")}, kw=kw, zero=zero)
    # Separate projections, and keys and values that stand already.
    f.add(op, [f.x([3, 2, 4]), f.x([5, 2, 3]), f.x([5, 2, 6]), f.x([4, 4], "h"), f.x([4, 3], "h"), f.x([4, 6], "h"), f.x([12], "h"), f.x([4, 4], "h")],
          [{"$": 0}, {"$": 1}, {"$": 2}, 4, 2, None, {"$": 6}, None, None, False, 0.0, {"$": 7}, None],
          {"useSeparateProjWeight": True, "qProjWeight": {"$": 3}, "kProjWeight": {"$": 4}, "vProjWeight": {"$": 5}}, gg=True)
    for zero in (False, True):
        f.add(op, [f.x([3, 2, 4]), f.x([12, 4], "h"), f.x([4, 4], "h"), f.x([4, 5, 2]), f.x([4, 5, 2])],
              [{"$": 0}, {"$": 0}, {"$": 0}, 4, 2, {"$": 1}, None, None, None, zero, 0.0, {"$": 2}, None], {"staticK": {"$": 3}, "staticV": {"$": 4}}, gg=True)
    # Refused.
    add(4, 3, [f.x([3, 2, 4])])
    add(5, 1, [f.x([3, 2, 4])])
    return f


def families():
    return [scaled_dot_product(), softmax_limits(), functional()]
