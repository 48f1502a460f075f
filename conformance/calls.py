"""Calls of torch by Hone's names. `OPS` holds those whose signature is another."""
import re

import torch
import torch.nn.functional as F


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
    "indexPut": lambda x, i, v, accumulate=False: torch.index_put(x, tuple(i), v if isinstance(v, torch.Tensor) else torch.tensor(v, dtype=x.dtype), accumulate),
    "sort": lambda x, dim=-1, **kw: torch.sort(x, dim=dim, stable=True, **kw),
    "argsort": lambda x, dim=-1, **kw: torch.argsort(x, dim=dim, stable=True, **kw),
    "norm": lambda x, *args, **kw: torch.norm(x, *args, **kw),
    "aminmax": lambda x, **kw: tuple(torch.aminmax(x, **kw)),
    "flip": lambda x, dims=None: torch.flip(x, list(range(x.dim())) if dims is None else [dims] if isinstance(dims, int) else dims),
    "takeAlongDim": lambda x, i, d: torch.take_along_dim(x, i, d),
    "nonzero": lambda x, asTuple=False: torch.nonzero(x, as_tuple=asTuple),
    "glu": F.glu, "pad": F.pad, "normalize": F.normalize, "linear": F.linear,
    "maxPool2d": F.max_pool2d,
    "einsum": lambda eq, *ops: torch.einsum(eq, *ops),
    "conv2d": F.conv2d, "conv1d": F.conv1d, "relu": F.relu,
    "sum": lambda x, dim=None, keepdim=False, **kw: torch.sum(x, **kw) if dim is None else torch.sum(x, dim, keepdim, **kw),
    "mean": lambda x, dim=None, keepdim=False, **kw: torch.mean(x, **kw) if dim is None else torch.mean(x, dim, keepdim, **kw),
    "amax": lambda x, dim=None, keepdim=False: torch.amax(x) if dim is None else torch.amax(x, dim, keepdim),
    "amin": lambda x, dim=None, keepdim=False: torch.amin(x) if dim is None else torch.amin(x, dim, keepdim),
    "any": lambda x, dim=None, keepdim=False: torch.any(x) if dim is None else torch.any(x, dim, keepdim),
    "all": lambda x, dim=None, keepdim=False: torch.all(x) if dim is None else torch.all(x, dim, keepdim),
    "prod": lambda x, dim=None, keepdim=False, **kw: torch.prod(x, **kw) if dim is None else torch.prod(x, dim, keepdim, **kw),
    "median": lambda x, dim=None, keepdim=False: torch.median(x) if dim is None else torch.median(x, dim, keepdim),
    "to": lambda x, dtype: x.to(getattr(torch, dtype)),
    "contiguous": lambda x: x.contiguous(),
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
    if op.startswith("special."):
        return getattr(torch.special, snake(op[8:]))(*args, **kwargs)
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
