"""Trajectories of torch's optimizers and schedulers: python conformance/optim.py > conformance/fixtures/optim.json (needs only torch)."""
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


out = {"torch": torch.__version__, "steps": STEPS, "optimizers": [], "schedulers": []}

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

METRICS = [1.0, 0.8, 0.8, 0.79999, 0.9, 0.7, 0.7, 0.7, 0.7, 0.7, float("nan"), 0.7, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]


def schedule(name, options, epochs=23):
    a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = optim.SGD([{"params": [a], "lr": 0.1}, {"params": [b], "lr": 0.02}])
    scheduler = getattr(optim.lr_scheduler, name)(optimizer, **options)
    lrs = [scheduler.get_last_lr()]
    for epoch in range(epochs):
        optimizer.step()
        scheduler.step(*([METRICS[epoch]] if name == "ReduceLROnPlateau" else []))
        lrs.append(scheduler.get_last_lr())
    return lrs


for name, options in [
    ("StepLR", dict(step_size=3)),
    ("StepLR", dict(step_size=5, gamma=0.5)),
    ("MultiStepLR", dict(milestones=[2, 7, 7, 11], gamma=0.3)),
    ("ExponentialLR", dict(gamma=0.9)),
    ("CosineAnnealingLR", dict(T_max=5)),
    ("CosineAnnealingLR", dict(T_max=10, eta_min=1e-3)),
    ("CosineAnnealingLR", dict(T_max=1, eta_min=0.01)),
    ("ConstantLR", {}),
    ("ConstantLR", dict(factor=0.5, total_iters=8)),
    ("LinearLR", {}),
    ("LinearLR", dict(start_factor=0.1, end_factor=0.6, total_iters=7)),
    ("ReduceLROnPlateau", dict(patience=1, factor=0.5)),
    ("ReduceLROnPlateau", dict(patience=0, factor=0.1, min_lr=[1e-3, 1e-2], cooldown=2, threshold=1e-2)),
    ("ReduceLROnPlateau", dict(patience=2, factor=0.3, mode="max", threshold_mode="abs", threshold=0.05)),
    ("ReduceLROnPlateau", dict(patience=1, factor=0.3, mode="max", min_lr=5e-3)),
]:
    out["schedulers"].append({"name": name, "options": options, "lrs": schedule(name, options)})
out["schedulers"].append({"name": "LambdaLR", "options": {}, "lrs": schedule("LambdaLR", dict(lr_lambda=[lambda e: 0.95**e, lambda e: 1 / (1 + e)]))})
out["metrics"] = [None if m != m else m for m in METRICS]

# A chain of two: their recursive forms multiply.
a = torch.ones(1, requires_grad=True)
optimizer = optim.SGD([a], lr=0.1)
first = optim.lr_scheduler.LinearLR(optimizer, start_factor=0.2, total_iters=4)
second = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
chain = []
for _ in range(10):
    optimizer.step()
    first.step()
    second.step()
    chain.append(optimizer.param_groups[0]["lr"])
out["chain"] = chain

lines = json.dumps(out)
for mark in ('{"name"', '"metrics"', '"chain"'):
    lines = lines.replace(mark, "\n" + mark)
print(lines)
