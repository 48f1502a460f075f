"""100 steps of every optimizer with every option."""
import itertools

import torch
from torch import optim

from harness import Rows, packed, values

STEPS = 100


def gradient(v, seed, t):
    """Half the value, plus numbers of the step's own."""
    noise = torch.tensor(values("h", seed + t, len(v)), dtype=torch.float32).tolist()
    return [0.5 * a + b for a, b in zip(v, noise)]


def trajectory(name, options, groups, dtype, scheduled):
    a = torch.tensor(values("n", 1, 5), dtype=torch.float32).to(dtype).requires_grad_()
    b = torch.tensor(values("n", 2, 6), dtype=torch.float32).to(dtype).reshape(2, 3).requires_grad_()
    params = [{"params": [a]}, {"params": [b], **groups}] if groups else [a, b]
    optimizer = getattr(optim, name)(params, **options)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=30) if scheduled else None
    marks = []
    for t in range(STEPS):
        for k, p in enumerate((a, b)):
            # Every third step b has no gradient.
            p.grad = None if k == 1 and t % 3 == 0 else torch.tensor(gradient(p.reshape(-1).tolist(), 1000 * (k + 1), t), dtype=dtype).reshape(p.shape)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if t in (0, 1, 9, STEPS - 1):
            marks += a.tolist() + b.reshape(-1).tolist()
    return packed(marks)


def optimizers():
    grid = []
    for momentum, dampening, decay, nesterov, maximize in itertools.product((0, 0.9), (0, 0.3), (0, 0.1), (False, True), (False, True)):
        if not (nesterov and (momentum == 0 or dampening != 0)):
            # Ascent with this gradient grows by half of the lr each step.
            grid.append(("SGD", dict(lr=0.005 if maximize else 0.05, momentum=momentum, dampening=dampening, weight_decay=decay, nesterov=nesterov, maximize=maximize), {}, False))
    for name, decay, amsgrad, maximize in itertools.product(("Adam", "AdamW"), (0, 0.1), (False, True), (False, True)):
        grid.append((name, dict(lr=0.05, weight_decay=decay, amsgrad=amsgrad, maximize=maximize), {}, False))
    for name in ("Adam", "AdamW"):
        grid += [(name, dict(lr=0.1, betas=(0.5, 0.7), eps=1e-3), {}, False), (name, dict(lr=0.1, betas=(0.0, 0.9)), {}, True), (name, {}, dict(lr=0.3, weight_decay=0.2), True), (name, dict(amsgrad=True), dict(betas=(0.8, 0.9)), False)]
    grid += [("SGD", {}, {}, False), ("SGD", dict(lr=0.1, momentum=0.9), dict(lr=0.01, nesterov=True), True), ("SGD", dict(lr=0.1), dict(momentum=0.5, weight_decay=0.3), True)]
    cases = []
    for name, options, groups, scheduled in grid:
        case = {"n": "%s %s %s" % (name, options, groups), "name": name, "options": options, "group": groups, "scheduled": scheduled}
        cases.append({**case, "float64": trajectory(name, options, groups, torch.float64, scheduled), "float32": trajectory(name, options, groups, torch.float32, scheduled)})
    return cases


def families():
    return [Rows("optimizers", "optimizer", optimizers())]
