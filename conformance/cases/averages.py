"""Averages of models with their batch statistics, gradients that are clipped, and penalties on weights."""
import torch
from torch import nn
from torch.optim import swa_utils

from harness import Rows, packed, values

AVERAGES = {
    "ema": lambda decay: {"avg_fn": swa_utils.get_ema_avg_fn(decay)}, "multiEma": lambda decay: {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(decay)}, "swa": lambda _: {"avg_fn": swa_utils.get_swa_avg_fn()},
    "multiSwa": lambda _: {"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()}, "own": lambda _: {"avg_fn": lambda averaged, current, n: averaged * 0.25 + current * 0.75 - n}, "none": lambda _: {},
}
UPDATES = 6


def data(seed, *shape, dtype=torch.float64):
    count = 1
    for n in shape:
        count *= n
    return torch.tensor(values("n", seed, count), dtype=torch.float32).to(dtype).reshape(shape)


def move(model, seed, dtype):
    """Gives every parameter and buffer of a model new values."""
    with torch.no_grad():
        for i, p in enumerate(model.parameters()):
            p.copy_(data(seed + i, *p.shape, dtype=dtype))
        for i, b in enumerate(model.buffers()):
            b.copy_(data(seed + 50 + i, *b.shape, dtype=dtype).abs() if b.is_floating_point() else torch.tensor(seed // 100))


def average(kind, decay, use_buffers, dtype):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, momentum=0.3), nn.Linear(4, 2)).to(dtype)
    move(model, 100, dtype)
    averaged = swa_utils.AveragedModel(model, **AVERAGES[kind](decay), use_buffers=use_buffers)
    marks = []
    for k in range(UPDATES):
        move(model, 100 * (k + 2), dtype)
        averaged.update_parameters(model)
        marks += [float(v) for t in averaged.state_dict().values() for v in t.reshape(-1)]
    keys = list(averaged.state_dict())
    averaged.eval()
    averaged.module[2].train()
    swa_utils.update_bn([[data(900 + i, n, 3, dtype=dtype), None] for i, n in enumerate((4, 5, 2))], averaged)
    after = [float(v) for b in averaged.module.buffers() for v in b.reshape(-1)] + averaged(data(950, 3, 3, dtype=dtype)).reshape(-1).tolist()
    return {"keys": keys, "text": str(averaged), "r": packed(marks), "after": packed(after), "momentum": averaged.module[1].momentum}


def averages():
    cases = []
    for kind, decay in (("none", 0), ("swa", 0), ("multiSwa", 0), ("ema", 0.9), ("ema", 0.0), ("multiEma", 0.999), ("multiEma", 0.3), ("multiEma", 1.0), ("own", 0)):
        for use_buffers in (False, True):
            # torch's own mean over several models has no rule for the counts of batches.
            if use_buffers and kind in ("own", "none", "multiSwa"):
                continue
            case = {"n": "%s %s buffers=%s" % (kind, decay, use_buffers), "kind": kind, "decay": decay, "useBuffers": use_buffers}
            cases.append({**case, "float64": average(kind, decay, use_buffers, torch.float64), "float32": average(kind, decay, use_buffers, torch.float32)})
    return cases


GRADIENTS = {
    "two": ([[2, 3], "float32"], [[4], "float32"]), "mixed": ([[2, 3], "float32"], [[4], "float64"]), "none": ([[3], "float32"], None, [[2, 2], "float32"]), "one": ([[5], "float64"],), "scalar": ([[], "float64"], [[1, 1], "float64"]), "empty": ([[0, 2], "float32"], [[3], "float32"]),
    "nothing": (None,), "no tensors": (), "infinite": ([[3], "float32", float("inf")], [[2], "float32"]), "undefined": ([[3], "float32"], [[2], "float32", float("nan")]), "zeros": ([[3], "float32", 0.0],),
}


def clip(which, op, args, kwargs):
    case = {"n": "%s %s %s %s" % (op, which, args, kwargs), "grads": [g and [g[0], g[1], str(g[2]) if len(g) > 2 else None] for g in GRADIENTS[which]], "op": op, "args": args, "kwargs": kwargs}
    params = []
    for i, given in enumerate(GRADIENTS[which]):
        if given is None:
            params.append(torch.ones(2, requires_grad=True))
            continue
        shape, dtype, *first = given
        p = torch.ones(shape, dtype=getattr(torch, dtype), requires_grad=True)
        p.grad = data(10 + i, *shape, dtype=p.dtype)
        if first:
            p.grad.reshape(-1)[0] = first[0]
            if first[0] == 0:
                p.grad.zero_()
        params.append(p)
    fn = getattr(nn.utils, op)
    try:
        if op == "get_total_norm":
            result = fn([p.grad for p in params if p.grad is not None], *args, **kwargs)
        elif op == "clip_grads_with_norm_":
            result = fn(params, args[0], torch.tensor(args[1]))
        else:
            result = fn(params, *args, **kwargs)
    except (RuntimeError, ValueError) as e:
        return {**case, "err": str(e)[:80]}
    after = [v for p in params if p.grad is not None for v in p.grad.reshape(-1).tolist()]
    return {**case, "r": None if result is None else packed([result.item()]), "d": None if result is None else str(result.dtype)[6:], "after": packed(after)}


def clips():
    cases = []
    for which in GRADIENTS:
        for norm in (2.0, 1.0, 3.0, 0.5, 0, "inf", -1.5):
            cases.append(clip(which, "clip_grad_norm_", [0.7], {"norm_type": norm}))
        cases += [clip(which, "clip_grad_norm_", [100.0], {}), clip(which, "clip_grad_norm_", [0.0, 1.0], {}), clip(which, "clip_grad_norm_", [1.0, 2.0, True], {}), clip(which, "get_total_norm", [], {}), clip(which, "get_total_norm", ["inf"], {"error_if_nonfinite": True})]
        cases += [clip(which, "get_total_norm", [], {"norm_type": "-inf"}), clip(which, "clip_grad_value_", [0.5], {}), clip(which, "clip_grad_value_", [0.0], {}), clip(which, "clip_grads_with_norm_", [1.0, 4.0], {}), clip(which, "clip_grads_with_norm_", [1.0, 0.25], {})]
    # Without gradients torch's clip_grad_value_ fails on an assertion of its own.
    return [c for c in cases if not (c["op"] == "clip_grad_value_" and not any(c["grads"]))]


def penalty(l1, l2, dtype):
    leaves = [data(20 + i, *shape, dtype=dtype).requires_grad_() for i, shape in enumerate(([2, 3], [4], [], [0, 2]))]
    with torch.no_grad():
        leaves[1][2] = 0.0
    total = sum(l1 * w.abs().sum() + l2 * (w**2).sum() for w in leaves)
    grads = torch.autograd.grad(total, leaves)
    return packed([total.item()] + [v for g in grads for v in g.reshape(-1).tolist()])


def penalties():
    return [{"n": "l1=%s l2=%s" % (l1, l2), "l1": l1, "l2": l2, "float64": penalty(l1, l2, torch.float64), "float32": penalty(l1, l2, torch.float32)} for l1, l2 in ((0.1, 0), (0, 0.03), (0.01, 0.5), (2.0, 1e-3))]


def families():
    return [Rows("averaged models", "average", averages()), Rows("gradient clipping", "clip", clips()), Rows("penalties", "penalty", penalties())]
