"""Inputs that TypeScript makes too: numbers from seeds, shapes, and how they lie in memory."""
import torch

MASK = 0xFFFFFFFF


def uniforms(seed, count):
    """mulberry32: numbers from [0, 1), the same in test/conformance/numbers.ts."""
    out, a = [], seed & MASK
    for _ in range(count):
        a = (a + 0x6D2B79F5) & MASK
        t = ((a ^ (a >> 15)) * (a | 1)) & MASK
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & MASK)) & MASK
        out.append(((t ^ (t >> 14)) & MASK) / 4294967296)
    return out


SPECIAL = [0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, -3.0, 1e-20, -1e-20, 1e20, -1e20, 30.0, -30.0, 100.0, -100.0]
RANGES = {"n": (-3, 3), "p": (0.1, 3), "u": (-0.95, 0.95), "q": (0.02, 0.98), "b": (1.05, 4), "w": (-30, 30), "h": (-0.5, 0.5)}


def values(kind, seed, count):
    """`count` numbers of a kind: a letter, with a bound after i (from 0 up) and j (from its negative up)."""
    us, k, bound = uniforms(seed, count), kind[0], int(kind[1:] or 0)
    if k in RANGES:
        low, high = RANGES[k]
        return [low + u * (high - low) for u in us]
    if k == "t":
        return [float(int(u * 7)) - 3 for u in us]
    if k == "z":
        return [0.0 if u < 0.25 else u * 4 - 2.5 for u in us]
    if k in "sv":  # v without the NaN
        return [SPECIAL[int(u * len(SPECIAL))] if k == "s" or int(u * len(SPECIAL)) != 6 else 2.0 for u in us]
    if k == "i":
        return [int(u * bound) for u in us]
    if k == "j":
        return [int(u * 2 * bound) - bound for u in us]
    if k == "m":
        return [u < 0.5 for u in us]
    raise ValueError(kind)


def numel(shape):
    n = 1
    for s in shape:
        n *= s
    return n


NATURAL = {"i": "int64", "j": "int64", "m": "bool"}


def base_shape(shape, layout):
    shape = list(shape)
    if layout == "t" and len(shape) >= 2:
        shape[-1], shape[-2] = shape[-2], shape[-1]
    elif layout == "r":
        shape.reverse()
    elif layout == "s" and shape:
        shape[-1] = 2 * shape[-1] + 1
    elif layout == "e" and shape:
        shape[0] = 1
    elif layout == "o" and shape:
        shape[0] += 2
    elif layout == "l" and len(shape) > 2:
        shape = [shape[0], *shape[2:], shape[1]]
    elif layout == "p" and len(shape) > 1:
        shape[0], shape[1] = shape[1], shape[0]
    elif layout == "q" and shape:
        shape.reverse()
        shape[0] = 2 * shape[0] + 1
    return shape


def lay_out(base, shape, layout):
    if layout == "t" and len(shape) >= 2:
        return base.transpose(-1, -2)
    if layout == "r" and shape:
        return base.permute(*reversed(range(len(shape))))
    if layout == "s" and shape:
        return base[..., 1::2]
    if layout == "e" and shape:
        return base.expand(shape)
    if layout == "o" and shape:
        return base.narrow(0, 1, shape[0])
    if layout == "l" and len(shape) > 2:
        return base.movedim(-1, 1)
    if layout == "p" and len(shape) > 1:
        return base.transpose(0, 1)
    if layout == "q" and shape:
        return base.permute(*reversed(range(len(shape))))[..., 1::2]
    return base


def make_input(spec, seed, floating):
    """The leaf, and the view of it that the operation gets."""
    kind, shape, layout = spec["k"], spec["s"], spec.get("l", "c")
    base = base_shape(shape, layout)
    data = values(kind, seed, numel(base))
    if kind[0] in NATURAL:
        dtype = getattr(torch, spec.get("d") or NATURAL[kind[0]])
        leaf = torch.tensor(data, dtype=dtype).reshape(base)
    else:
        leaf = torch.tensor(data, dtype=torch.float32).reshape(base).to(floating)
        if not spec.get("ng"):
            leaf.requires_grad_()
    return leaf, lay_out(leaf, shape, layout)
