"""Trajectories of torch's optimizers: python conformance/optim.py > conformance/fixtures/optim.json (needs only torch)."""
import itertools
import json
import warnings

import torch
from torch import optim

warnings.simplefilter("ignore")
STEPS = 20


def gradient(values, t):
    """Of element i at step t: half the value, plus a pattern of quarters."""
    return [0.5 * v + ((t * 7 + i * 3) % 5 - 2) * 0.25 for i, v in enumerate(values)]


def run(make, dtype):
    a = torch.tensor([1.0, -2.0, 0.5], dtype=dtype, requires_grad=True)
    b = torch.tensor([[0.25, 3.0], [-1.5, 0.75]], dtype=dtype, requires_grad=True)
    optimizer = make([a, b])
    for t in range(STEPS):
        optimizer.zero_grad()
        a.grad = torch.tensor(gradient(a.tolist(), t), dtype=dtype)
        if t % 3 != 0:  # every third step b has no gradient
            b.grad = torch.tensor(gradient(b.flatten().tolist(), t), dtype=dtype).reshape(2, 2)
        optimizer.step()
    return {"a": a.tolist(), "b": b.tolist()}


def both(make):
    return {"float64": run(make, torch.float64), "float32": run(make, torch.float32)}


out = {"torch": torch.__version__, "steps": STEPS, "optimizers": []}

for momentum, dampening, decay, nesterov, maximize in itertools.product((0, 0.9), (0, 0.3), (0, 0.1), (False, True), (False, True)):
    if nesterov and (momentum == 0 or dampening != 0):
        continue
    options = dict(lr=0.05, momentum=momentum, dampening=dampening, weight_decay=decay, nesterov=nesterov, maximize=maximize)
    out["optimizers"].append({"name": "SGD", "options": options, **both(lambda p: optim.SGD(p, **options))})

for name, decay, amsgrad, maximize in itertools.product(("Adam", "AdamW"), (0, 0.1), (False, True), (False, True)):
    options = dict(lr=0.05, weight_decay=decay, amsgrad=amsgrad, maximize=maximize)
    out["optimizers"].append({"name": name, "options": options, **both(lambda p: getattr(optim, name)(p, **options))})
for name in ("Adam", "AdamW"):
    options = dict(lr=0.1, betas=(0.5, 0.7), eps=1e-3)
    out["optimizers"].append({"name": name, "options": options, **both(lambda p: getattr(optim, name)(p, **options))})
out["optimizers"].append({"name": "SGD", "options": {}, **both(lambda p: optim.SGD(p))})
out["optimizers"].append({"name": "Adam", "options": {}, **both(lambda p: optim.Adam(p))})
out["optimizers"].append({"name": "AdamW", "options": {}, **both(lambda p: optim.AdamW(p))})

lines = json.dumps(out)
lines = lines.replace('{"name"', '\n{"name"')
print(lines)
