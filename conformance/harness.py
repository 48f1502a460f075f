"""What the generators of fixtures share: programs, what torch makes of them, and the files."""
import base64
import contextlib
import hashlib
import json
import random
import struct

import torch

from calls import OPS, call, typed  # noqa: F401 (the case files take them from here)
from inputs import make_input, numel, values


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
    """Cases that are no programs, and the kind of replay in test/conformance/kinds/index.ts that they take."""

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
