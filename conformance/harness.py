"""What the generators of fixtures share: numbers that TypeScript makes too, cases, and what torch makes of them."""
import base64
import contextlib
import hashlib
import json
import random
import re
import struct

import torch
import torch.nn.functional as F

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


def snake(name):
    return re.sub(r"([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def as_index(i):
    if i == "...":
        return Ellipsis
    return slice(*(i + [None] * (3 - len(i)))) if isinstance(i, list) else i


def set_(x, *args):
    x[tuple(as_index(i) for i in args[:-1])] = args[-1]
    return x


def hook_scale(x, factor):
    x.register_hook(lambda g: g * factor)
    return x


def operator_or(name, fn):
    """Python's own operator where an operand is a number."""
    def call(a, b, **kw):
        if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor) or kw:
            return getattr(torch, name)(a, b, **kw)
        if fn:
            return fn(a, b)
        like = a if isinstance(a, torch.Tensor) else b
        wrap = lambda v: v if isinstance(v, torch.Tensor) else torch.tensor(v, dtype=like.dtype)
        return getattr(torch, name)(wrap(a), wrap(b))
    return call


def kwargs_first(fn):
    return lambda x, *args, **kw: fn(x, *args, **kw)


OPS = {
    "index": lambda x, *i: x[tuple(as_index(j) for j in i)],
    "set_": set_,
    "hookScale": hook_scale,
    "slice": lambda x, dim, start, end, step=1: x[(slice(None),) * (dim % x.dim()) + (slice(start, end, step),)],
    "add": operator_or("add", lambda a, b: a + b),
    "sub": operator_or("sub", lambda a, b: a - b),
    "mul": operator_or("mul", lambda a, b: a * b),
    "div": operator_or("div", lambda a, b: a / b),
    "pow": operator_or("pow", lambda a, b: a**b),
    "floorDivide": operator_or("floor_divide", lambda a, b: a // b),
    "remainder": operator_or("remainder", lambda a, b: a % b),
    "maximum": operator_or("maximum", None), "minimum": operator_or("minimum", None), "fmod": operator_or("fmod", lambda a, b: torch.fmod(a, b) if isinstance(a, torch.Tensor) else torch.fmod(torch.tensor(a, dtype=b.dtype), b)), "atan2": operator_or("atan2", None),
    "logicalAnd": operator_or("logical_and", None), "logicalOr": operator_or("logical_or", None), "logicalXor": operator_or("logical_xor", None),
    "eq": operator_or("eq", lambda a, b: a == b), "ne": operator_or("ne", lambda a, b: a != b), "lt": operator_or("lt", lambda a, b: a < b),
    "le": operator_or("le", lambda a, b: a <= b), "gt": operator_or("gt", lambda a, b: a > b), "ge": operator_or("ge", lambda a, b: a >= b),
    "where": lambda c, a, b: torch.where(c, a, b),
    "indexPut_": lambda x, i, v, accumulate=False: x.index_put_(tuple(i), v if isinstance(v, torch.Tensor) else torch.tensor(v, dtype=x.dtype), accumulate),
    "sort": lambda x, dim=-1, **kw: torch.sort(x, dim=dim, stable=True, **kw),
    "argsort": lambda x, dim=-1, **kw: torch.argsort(x, dim=dim, stable=True, **kw),
    "norm": lambda x, *args: torch.norm(x, *args) if args else torch.norm(x),
    "aminmax": lambda x, **kw: tuple(torch.aminmax(x, **kw)),
    "flip": lambda x, dims=None: torch.flip(x, list(range(x.dim())) if dims is None else [dims] if isinstance(dims, int) else dims),
    "takeAlongDim": lambda x, i, d: torch.take_along_dim(x, i, d),
    "nonzero": lambda x, asTuple=False: torch.nonzero(x, as_tuple=asTuple),
    "glu": F.glu, "pad": F.pad, "normalize": F.normalize, "linear": F.linear,
    "maxPool2d": F.max_pool2d,
    "einsum": lambda eq, *ops: torch.einsum(eq, *ops),
    "conv2d": F.conv2d, "conv1d": F.conv1d, "relu": F.relu,
    "sum": lambda x, dim=None, keepdim=False: torch.sum(x) if dim is None else torch.sum(x, dim, keepdim),
    "mean": lambda x, dim=None, keepdim=False: torch.mean(x) if dim is None else torch.mean(x, dim, keepdim),
    "amax": lambda x, dim=None, keepdim=False: torch.amax(x) if dim is None else torch.amax(x, dim, keepdim),
    "amin": lambda x, dim=None, keepdim=False: torch.amin(x) if dim is None else torch.amin(x, dim, keepdim),
    "any": lambda x, dim=None, keepdim=False: torch.any(x) if dim is None else torch.any(x, dim, keepdim),
    "all": lambda x, dim=None, keepdim=False: torch.all(x) if dim is None else torch.all(x, dim, keepdim),
    "prod": lambda x, dim=None, keepdim=False: torch.prod(x) if dim is None else torch.prod(x, dim, keepdim),
    "median": lambda x, dim=None, keepdim=False: torch.median(x) if dim is None else torch.median(x, dim, keepdim),
    "to": lambda x, dtype: x.to(getattr(torch, dtype)),
    "contiguous": lambda x: x.contiguous(),
    "diagonal": lambda x, offset=0: torch.diagonal(x, offset, -2, -1),
    "permute": torch.permute, "view": lambda x, s: x.view(s), "expand": lambda x, s: x.expand(s),
}


def layer(name, args, kw):
    return list(getattr(torch.nn, name)(*args, **typed(kw)).state_dict().values())


def typed(kwargs):
    return {snake(k): getattr(torch, v) if k == "dtype" else v for k, v in kwargs.items()}


OPS.update({
    "layer": layer,
    "manualSeed": torch.manual_seed,
    "randint": lambda *args, **kw: torch.randint(*args, **kw),
    "normal": lambda *args, **kw: torch.normal(*args, **kw),
    "exponential_": lambda x, *args: x.exponential_(*args),
    "random_": lambda x, *args: x.random_(*args),
    "alphaDropout": F.alpha_dropout,
})


def call(op, args, kwargs):
    if op.startswith("init."):
        return getattr(torch.nn.init, snake(op[5:]))(*args, **typed(kwargs))
    if "dtype" in kwargs:
        kwargs = {**kwargs, "dtype": getattr(torch, kwargs["dtype"])}
    kw = {k if op in ("nonzero",) else snake(k): v for k, v in kwargs.items()}
    if op == "normalize" or op == "pad":
        return getattr(F, op)(*args, **kw)
    if op in OPS:
        return OPS[op](*args, **kw)
    name = snake(op)
    for space in (F, torch) if op[0].islower() and hasattr(F, name) and not name.endswith("_") else (torch,):
        if hasattr(space, name) and not name.endswith("_"):
            return getattr(space, name)(*args, **kw)
    return getattr(args[0], name)(*args[1:], **kw)


def resolve(value, env):
    if isinstance(value, dict) and "$" in value:
        return env["x%d" % value["$"]] if isinstance(value["$"], int) else env[value["$"]]
    if isinstance(value, list):
        return [resolve(v, env) for v in value]
    return value


def flat(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [t for r in result for t in flat(r)] if isinstance(result, (tuple, list)) else [result]


def weighted(tensors, seed, offset):
    """The sum of floating tensors that carry gradients, each element with a weight of its own."""
    total = None
    for i, t in enumerate(tensors):
        if t is None or not t.requires_grad:
            continue
        w = torch.tensor(values("n", seed + offset + i, t.numel()), dtype=torch.float32).to(t.dtype).reshape(t.shape)
        part = (t * w).sum()
        total = part if total is None else total + part
    return total


def evaluate(case, floating, nudge=None):
    """Outputs, gradients of the leaves, and gradients of their weighted sum. `nudge`: (leaf, element, step) changes an input."""
    env, leaves, seed = {}, [], case["seed"]
    torch.manual_seed(seed)
    for i, spec in enumerate(case["in"]):
        leaf, x = make_input(spec, seed + i, floating)
        if nudge and nudge[0] == len([y for y in leaves if y.requires_grad]) and leaf.requires_grad:
            with torch.no_grad():
                leaf.view(-1)[nudge[1]] += nudge[2]
        leaves.append(leaf)
        env["x%d" % i] = x
    for target, op, args, kw in case["prog"]:
        env[target] = call(op, resolve(args, env), {k: resolve(v, env) for k, v in kw.items()})
    outputs = [t for name in case["out"] for t in flat(env[name])]
    wanted = [x for x in leaves if x.requires_grad]
    grads = seconds = None
    if wanted and case.get("g", True) and all(isinstance(t, torch.Tensor) for t in outputs):
        loss = weighted(outputs, seed, 100)
        if loss is not None:
            grads = list(torch.autograd.grad(loss, wanted, allow_unused=True, create_graph=bool(case.get("gg"))))
            if case.get("gg"):
                second = weighted(grads, seed, 200)
                seconds = [None] * len(wanted) if second is None else list(torch.autograd.grad(second, wanted, allow_unused=True))
    return outputs, grads, seconds


def numerically_right(case, outputs, grads):
    """Whether the gradients are those of central differences."""
    carries = [t.requires_grad for t in outputs]
    def loss(nudge):
        with torch.no_grad():
            out = evaluate({**case, "g": False}, torch.float64, nudge)[0]
        return float(weighted([t.clone().requires_grad_() if c else t for t, c in zip(out, carries)], case["seed"], 100))
    for i, g in enumerate(grads):
        for k in range(0 if g is None else g.numel()):
            if abs((loss((i, k, 1e-6)) - loss((i, k, -1e-6))) / 2e-6 - float(g.reshape(-1)[k])) > 1e-4:
                return False
    return True


def packed(data):
    """Doubles without their last byte, rounded: exact to 3e-14, in base64."""
    whole = struct.unpack("<%dQ" % len(data), struct.pack("<%dd" % len(data), *(float("nan") if v != v else v for v in data)))
    return base64.b64encode(b"".join(struct.pack("<Q", w + 128)[1:] for w in whole)).decode()


def digest(t):
    """Of the bytes of a tensor's elements: for results that must be torch's bit for bit."""
    t = t.detach().contiguous().reshape(-1)
    data = bytes(t.view(torch.uint8).tolist()) if t.numel() else b""
    # float64 values also for engines without fused multiply-add, whose last digits differ.
    values = {"v": packed(t.tolist())} if t.dtype == torch.float64 and t.numel() <= 120 else {}
    return {**values, "s": None, "d": str(t.dtype)[6:], "h": hashlib.sha1(data).hexdigest()[:16], "first": [float(v) for v in t[:3].tolist()]}


def encode(t, exact=False):
    if exact and isinstance(t, torch.Tensor):
        return {**digest(t), "s": list(t.shape)}
    if t is None:
        return None
    if not isinstance(t, torch.Tensor):
        return {"p": t}
    t = torch.zeros(t.shape, dtype=t.dtype) if t._is_zerotensor() else t.detach()
    out = {"s": list(t.shape)}
    if t.is_floating_point():
        if t.dtype != torch.float64:
            out["d"] = str(t.dtype)[6:]
        out["v"] = packed(t.double().reshape(-1).tolist())
    else:
        out["d"] = str(t.dtype)[6:]
        out["v"] = [int(v) for v in t.reshape(-1).tolist()]
    return out


def error_of(t32, t64, least=0.01):
    """The largest error of float32 where both are finite, relative to the largest value; as the test measures it."""
    if t64 is None or t32 is None or not isinstance(t64, torch.Tensor) or not t64.is_floating_point() or t64.numel() == 0 or t32.shape != t64.shape:
        return 0
    a, b = t32.detach().double(), t64.detach().double()
    ok = torch.isfinite(a) & torch.isfinite(b)
    if not bool(ok.any()):
        return 0
    scale = max(float(b[ok].abs().max()), least)
    return float((a[ok] - b[ok]).abs().max()) / scale


BACKWARD_ONLY = ("derivative for aten", "returned an invalid gradient", "grad_input must be contiguous")


class Rows:
    """Cases that are no programs, and the kind of replay in test/conformance/kinds.ts that they take."""

    def __init__(self, name, kind, cases):
        self.name, self.kind, self.cases = name, kind, cases


class Family:
    """Collects the cases of one family; its seed and its random choices come from its name."""
    kind = "program"

    def __init__(self, name):
        self.name, self.cases, self.choose = name, [], random.Random(name)
        self.seed = sum(ord(c) * 131**i for i, c in enumerate(name)) % 1000003 * 1000

    def shape(self, ndim=None, most=28, zero=0.04):
        c = self.choose
        while True:
            s = [c.choices([0, 1, 2, 3, 4, 5, 7, 11], [zero, 0.15, 0.2, 0.25, 0.1, 0.15, 0.1, 0.03])[0] for _ in range(c.choice([0, 1, 2, 2, 3, 3, 4]) if ndim is None else ndim)]
            if numel(s) <= most:
                return s

    def layout(self):
        return self.choose.choice("ccctrseo")

    def x(self, shape, kind="n", layout=None, **more):
        spec = {"s": list(shape), "k": kind, **more}
        layout = self.layout() if layout is None else layout
        return spec if layout == "c" else {**spec, "l": layout}

    def add(self, op, inputs, args=None, kw=None, **flags):
        """One call; `args` default to the inputs in order."""
        args = [{"$": i} for i in range(len(inputs))] if args is None else args
        self.program(inputs, [["y", op, args, kw or {}]], ["y"], name=op, **flags)

    def program(self, inputs, prog, out, name=None, **flags):
        case = {"n": "%s %d" % (name or self.name, len(self.cases)), "seed": self.seed + len(self.cases) * 1000, "in": inputs, "prog": prog, "out": out, **flags}
        try:
            o, g, s = evaluate(case, torch.float64)
        except (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError) as e:
            message = str(e).split("\n")[0]
            if "unexpected keyword" in message or "has no attribute" in message or "missing" in message:
                raise
            # What torch cannot differentiate (twice) is compared as far as it gets.
            if any(part in message for part in BACKWARD_ONLY) and (flags.get("gg") or flags.get("g", True)):
                less = {**flags, "gg": False} if flags.get("gg") else {**flags, "g": False}
                return self.program(inputs, prog, out, name, **less)
            case.pop("gg", None)
            if "modified by an inplace" not in message or not flags.get("may"):
                case["err"] = message[:100]
                self.cases.append(case)
                return
            # Hone may keep what torch lets be overwritten: it must throw, or be right.
            with torch.autograd.graph.allow_mutation_on_saved_tensors():
                o, g, s = evaluate(case, torch.float64)
            case["may"] = True
            if g and not numerically_right(case, o, g):
                return  # torch's copies come too late for some views
        else:
            case.pop("may", None)
        case["r"] = [encode(t, flags.get("exact")) for t in o]
        if g is not None:
            case["g"] = [encode(t) for t in g]
        else:
            case.pop("g", None)
        if s is not None:
            case["gg"] = [encode(t) for t in s]
        else:
            case.pop("gg", None)
        if flags.get("only64"):
            self.cases.append(case)
            return
        with torch.autograd.graph.allow_mutation_on_saved_tensors() if flags.get("may") else contextlib.nullcontext():
            o32, g32, s32 = evaluate({**flags, **{k: case[k] for k in ("seed", "in", "prog", "out")}}, torch.float32)
        gradients = list(zip(g32 or [], g or [])) + list(zip(s32 or [], s or []))
        pairs = list(zip(o32, o)) + gradients
        # Where float32 takes another branch than float64 (an index, a NaN, a step), only float64 is compared.
        errors = [error_of(a, b) for a, b in zip(o32, o)] + [error_of(a, b, 1) for a, b in gradients]
        differs = any(
            isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor) and (a.shape != b.shape or (not a.is_floating_point() and not torch.equal(a, b)) or (a.is_floating_point() and not torch.equal(a.isfinite(), b.isfinite())))
            for a, b in pairs
        )
        if differs or max(errors, default=0) > 0.1:
            case["only64"] = True
        elif max(errors, default=0) > 2.5e-6:
            case["e"] = [float("%.2g" % e) for e in errors]
        self.cases.append(case)


def write(path, families):
    """One case a line."""
    dump = lambda value: json.dumps(value, separators=(",", ":"))
    with open(path, "w") as f:
        f.write('{"torch":%s,"families":[' % dump(torch.__version__))
        for i, family in enumerate(families):
            f.write(("," if i else "") + '\n{"name":%s,"kind":%s,"cases":[\n' % (dump(family.name), dump(family.kind)))
            f.write(",\n".join(dump(c) for c in family.cases))
            f.write("]}")
        f.write("]}\n")
