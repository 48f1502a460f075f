"""
Single calls with odd operands, drawn from a seed: every dtype, 0-dim and empty tensors, numbers, strided memory, extreme values.
cases/values.py keeps some of them as fixtures; for others

    python conformance/random_calls.py --seed 7 --count 5000 --out /tmp/calls.json
    HONE_CALLS=/tmp/calls.json npx vitest run test/conformance -t "random calls"
"""
import argparse
import json
import math
import random
import warnings

import torch

from calls import OPS, snake

DTYPES = ["bool", "uint8", "int32", "int64", "float32", "float64"]
POOLS = {
    "bool": [0, 1],
    "uint8": [0, 1, 2, 3, 5, 7, 100, 127, 128, 200, 254, 255],
    "int32": [0, 1, -1, 2, -2, 3, -7, 100, 46341, 2**31 - 1, -(2**31)],
    "int64": [0, 1, -1, 2, -2, 3, -7, 100, 2**31, 2**53 + 1, 2**62, -(2**62), 2**63 - 1, -(2**63)],
    "float": [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.3, -0.7, 3.0, 30.0, -30.0, 88.9, -104.0, 1e-8, 1e-20, 1e20, 3e38, 1e-40, 16777217.0, math.inf, -math.inf, math.nan],
    "tame": [0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.3, -0.7, 3.0, 0.1],
}
NUMBERS = [0, 1, -1, 2, 3, -2, 7, 300, -300, 0.5, -1.5, 2.5, 0.1, 2**31, 2**32 + 5, 2**53 + 1, 2**62, -(2**62), math.inf, -math.inf, math.nan, True, False]
SHAPES = [[], [], [1], [3], [3], [4], [2, 3], [2, 3], [3, 1], [1, 3], [0], [2, 0], [2, 2, 2]]

UNARY = "neg abs sign square relu floor ceil round trunc exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfinv sigmoid logicalNot isnan isinf isfinite logit sinc frac signbit sgn deg2rad rad2deg isposinf isneginf nanToNum positive".split()
BINARY = "add sub mul div pow maximum minimum floorDivide remainder fmod atan2 eq ne lt le gt ge logicalAnd logicalOr logicalXor".split()
TENSORS = "ldexp hypot copysign xlogy logaddexp logaddexp2 fmax fmin heaviside isclose floatPower".split()
IN_PLACE = "add_ sub_ mul_ div_ pow_ fill_ clamp_".split()
REDUCE = "sum mean prod amax amin any all var std norm logsumexp cumsum cumprod argmax argmin max min median sort cummax cummin nansum nanmean countNonzero logcumsumexp".split()
OTHER = "where clamp clampTensor addcmul addcdiv lerp maskedFill full fullLike fillTensor indexFill addAlpha subAlpha indexAdd to isin quantile scatter".split()


def cleaned(v):
    """JSON has no NaN, infinities, -0 or large integers."""
    if isinstance(v, bool):
        return v
    if isinstance(v, float):
        if math.isnan(v) or math.isinf(v) or (v == 0 and math.copysign(1, v) < 0):
            return {"f": repr(v)}
        return {"f": repr(v)} if v == int(v) and abs(v) > 2**53 else v
    return v if abs(v) <= 2**53 else {"i": str(v)}


def number_of(v):
    return cleaned(v)


class Chooser:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def tensor(self, dtype=None, shape=None, pool=None):
        r = self.r
        dtype = dtype or r.choice(DTYPES)
        shape = list(r.choice(SHAPES) if shape is None else shape)
        n = math.prod(shape)
        names = POOLS[pool if pool and dtype.startswith("float") else (dtype if dtype in POOLS else r.choice(["float", "float", "tame"]))]
        values = [r.choice(names) for _ in range(n)]
        x = torch.tensor(values, dtype=getattr(torch, dtype)).reshape(shape)
        spec = {"t": [cleaned(float(v) if dtype.startswith("float") else int(v)) for v in x.reshape(-1).tolist()], "s": shape, "d": dtype}
        if len(shape) > 1 and r.random() < 0.3:
            # The same elements, columns first.
            spec["l"] = "t"
            x = x.transpose(-1, -2).contiguous().transpose(-1, -2)
        return spec, x

    def number(self):
        v = self.r.choice(NUMBERS)
        return {"n": cleaned(v)}, v


def torch_fn(op):
    return OPS[op] if op in OPS else getattr(torch, {"signbit": "signbit"}.get(op, snake(op)), None) or getattr(torch.nn.functional, snake(op))


def draw(c, op=None):
    """One call: Hone's name, its arguments as JSON, and a function that asks torch."""
    r = c.r
    op = op or r.choice(r.choice([UNARY, BINARY, BINARY, BINARY, TENSORS, IN_PLACE, REDUCE, OTHER, OTHER]))
    kw = {}
    if op in UNARY:
        a, x = c.tensor()
        return op, [a], kw, lambda: torch_fn(op)(x)
    if op in BINARY or op in ("add_", "sub_", "mul_", "div_", "pow_"):
        form = r.choice(["tt", "tt", "tn", "tn", "nt"])
        a, x = c.tensor()
        b, y = c.tensor() if form == "tt" else c.number()
        if op in ("pow", "pow_") and isinstance(y, bool):
            b, y = {"n": 2}, 2
        if op.endswith("_"):
            return op, [a, b], kw, lambda: getattr(x.clone(), op)(y)
        if op in ("maximum", "minimum", "atan2", "logicalAnd", "logicalOr", "logicalXor", "eq", "ne", "lt", "le", "gt", "ge") and form != "tt":
            if op in ("eq", "ne", "lt", "le", "gt", "ge"):
                return op, [a, b], kw, lambda: getattr(torch, op)(x, y)
            b, y = c.tensor()
            form = "tt"
        if form == "nt":
            if op == "fmod":
                return op, [a, b], kw, lambda: torch.fmod(x, y)
            return op, [b, a], kw, lambda: OPS[op](y, x)
        return op, [a, b], kw, lambda: OPS[op](x, y)
    if op in TENSORS:
        (a, x), (b, y) = c.tensor(), c.tensor()
        if op == "isclose":
            b, y = c.tensor(a["d"])
            kw = r.choice([{}, {"rtol": 0.1}, {"atol": 1}, {"equalNan": True}])
            return op, [a, b], kw, lambda: torch.isclose(x, y, **{snake(k): v for k, v in kw.items()})
        if op == "heaviside" and r.random() < 0.8:
            b, y = c.tensor(a["d"])
        return op, [a, b], kw, lambda: getattr(torch, snake(op))(x, y)
    if op == "fill_":
        a, x = c.tensor()
        b, y = c.number()
        return op, [a, b], kw, lambda: x.clone().fill_(y)
    if op in ("clamp", "clamp_"):
        a, x = c.tensor()
        (b, lo), (d, hi) = c.number(), c.number()
        pick = r.choice(["both", "min", "max"])
        args = [a, b if pick != "max" else None, d if pick != "min" else None]
        lo, hi = (lo if pick != "max" else None), (hi if pick != "min" else None)
        return op, args, kw, lambda: torch.clamp(x, lo, hi) if op == "clamp" else x.clone().clamp_(lo, hi)
    if op == "clampTensor":
        a, x = c.tensor()
        (b, lo), (d, hi) = c.tensor(), c.tensor()
        pick = r.choice(["both", "min", "max"])
        lo, hi = (lo if pick != "max" else None), (hi if pick != "min" else None)
        return "clamp", [a, b if lo is not None else None, d if hi is not None else None], kw, lambda: torch.clamp(x, lo, hi)
    if op == "where":
        k, m = c.tensor("bool")
        a, x = c.tensor() if r.random() < 0.6 else c.number()
        b, y = c.tensor() if r.random() < 0.6 else c.number()
        return op, [k, a, b], kw, lambda: torch.where(m, x, y)
    if op in ("addcmul", "addcdiv"):
        (a, x), (b, y), (d, z) = c.tensor(), c.tensor(), c.tensor()
        v = r.choice([1, 2, -1, 0.5, 3])
        return op, [a, b, d], {"value": v}, lambda: getattr(torch, op)(x, y, z, value=v)
    if op == "lerp":
        a, x = c.tensor(r.choice(["float32", "float64", "int64"]), pool="tame" if r.random() < 0.7 else None)
        b, y = c.tensor(a["d"])
        w, z = c.number() if r.random() < 0.5 else c.tensor(a["d"])
        if isinstance(z, (bool, int)) and not isinstance(z, torch.Tensor) and abs(z) > 400:
            w, z = {"n": 0.25}, 0.25
        return op, [a, b, w], kw, lambda: torch.lerp(x, y, z)
    if op == "maskedFill":
        a, x = c.tensor()
        k, m = c.tensor("bool", a["s"])
        b, y = c.number()
        return op, [a, k, b], kw, lambda: x.masked_fill(m, y)
    if op == "full":
        b, y = c.number()
        d = r.choice(DTYPES)
        return op, [[2], b], {"dtype": d}, lambda: torch.full([2], y, dtype=getattr(torch, d))
    if op == "fullLike":
        a, x = c.tensor()
        b, y = c.number()
        return op, [a, b], kw, lambda: torch.full_like(x, y)
    if op == "fillTensor":
        a, x = c.tensor()
        b, y = c.tensor(shape=[], pool="tame")  # out of range is undefined
        return "fill_", [a, b], kw, lambda: x.clone().fill_(y)
    if op in ("indexFill", "scatter"):
        a, x = c.tensor(shape=[3])
        b, y = c.number()
        index = {"t": [0, 2], "s": [2], "d": "int64"}
        i = torch.tensor([0, 2])
        return op, [a, 0, index, b], kw, lambda: (torch.index_fill if op == "indexFill" else torch.scatter)(x, 0, i, y)
    if op in ("addAlpha", "subAlpha"):
        a, x = c.tensor()
        b, y = c.tensor()
        name = op[:3]
        v, alpha = c.number()
        return name, [a, b], {"alpha": v}, lambda: getattr(torch, name)(x, y, alpha=alpha)
    if op == "indexAdd":
        a, x = c.tensor(shape=[3])
        b, y = c.tensor(a["d"], shape=[2])
        v = r.choice([1, 2, -1, 3])
        return op, [a, 0, {"t": [0, 2], "s": [2], "d": "int64"}, b], {"alpha": v}, lambda: torch.index_add(x, 0, torch.tensor([0, 2]), y, alpha=v)
    if op == "to":
        a, x = c.tensor()
        d = r.choice(DTYPES)
        if d.startswith("int") and a["d"].startswith("float"):
            a, x = c.tensor("float32", pool="tame")  # out of range is undefined
        return op, [a, d], kw, lambda: x.to(getattr(torch, d))
    if op == "isin":
        (a, x), (b, y) = c.tensor(), c.tensor(shape=[3])
        return op, [a, b], kw, lambda: torch.isin(x, y)
    if op == "quantile":
        a, x = c.tensor(r.choice(["float32", "float64"]), [r.choice([1, 2, 3, 5, 11])])
        q, how = r.choice([0, 0.1, 0.25, 0.5, 0.9, 1]), r.choice(["linear", "lower", "higher", "midpoint", "nearest"])
        return op, [a, q], {"interpolation": how}, lambda: torch.quantile(x, q, interpolation=how)
    a, x = c.tensor()
    fn = getattr(torch, snake(op))
    if op in ("cumsum", "cumprod", "logsumexp", "cummax", "cummin", "logcumsumexp", "sort"):
        return op, [a, -1], kw, lambda: fn(x, -1) if op != "sort" else torch.sort(x, -1, stable=True)
    if r.random() < 0.5 or op in ("max", "min", "median"):
        return op, [a], kw, lambda: fn(x)
    return op, [a] if op == "norm" else [a, 0], {"dim": 0} if op == "norm" else {}, lambda: fn(x, dim=0)


def result_of(value):
    out = []
    for t in value if isinstance(value, (tuple, list)) else [value]:
        flat = t.reshape(-1)
        out.append({"d": str(t.dtype)[6:], "s": list(t.shape), "v": [cleaned(float(v) if t.is_floating_point() else int(v)) for v in flat.tolist()]})
    return out


def case(c, op=None):
    while True:
        name, args, kw, ask = draw(c, op)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return {"op": name, "args": args, "kw": kw, "r": result_of(ask())}
        except (RuntimeError, TypeError, ValueError, IndexError, ZeroDivisionError, NotImplementedError, OverflowError) as e:
            # One in four of the refused is enough.
            if c.r.random() < 0.25:
                return {"op": name, "args": args, "kw": kw, "err": str(e).split("\n")[0][:60]}


def draw_cases(seed, count):
    c = Chooser(seed)
    return [{"n": "call %d" % i, **case(c)} for i in range(count)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    with open(given.out, "w") as f:
        json.dump(draw_cases(given.seed, given.count), f)
