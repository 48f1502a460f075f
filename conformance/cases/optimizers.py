"""100 steps of every optimizer with every option: values, state dicts, resuming from PyTorch's state, and what the constructors refuse."""
import base64
import itertools
import struct

import torch
from torch import optim

from harness import Rows, packed, values

STEPS, RESUME, MARKS = 100, 10, (1, 10, 100)
# Which of torch's implementations runs: Hone has one.
IMPLEMENTATION = {"foreach", "fused", "capturable", "differentiable"}
SHAPES = {"Muon": [[2, 3], [5, 2]], "Adafactor": [[5], [2, 3, 4]]}
ADDED = {"Muon": [3, 3], "Adafactor": [3, 2]}


class Lion(optim.Optimizer):
    """Chen et al. 2023, https://arxiv.org/abs/2302.06675, algorithm 2. torch has none."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0, maximize=False):
        if not (lr >= 0 and weight_decay >= 0 and all(0 <= b < 1 for b in betas)):
            raise ValueError("bad option")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, (beta1, beta2) = group["lr"], group["betas"]
            for w in group["params"]:
                if w.grad is None:
                    continue
                g = -w.grad if group["maximize"] else w.grad
                m = self.state[w].setdefault("exp_avg", torch.zeros_like(w))
                w.mul_(1 - lr * group["weight_decay"])
                w.add_(torch.sign(m * beta1 + g * (1 - beta1)), alpha=-lr)
                m.mul_(beta2).add_(g, alpha=1 - beta2)


CLASSES = {"Lion": Lion}


def bits(t):
    """The numbers of a tensor in base64: float64 packed, float32 as it is."""
    data = t.detach().reshape(-1).tolist()
    return packed(data) if t.dtype == torch.float64 else base64.b64encode(struct.pack("<%df" % len(data), *data)).decode()


def gradient(p, seed, t):
    """Half the value, plus numbers of the step's own."""
    noise = torch.tensor(values("h", seed + t, p.numel()), dtype=torch.float32).tolist()
    return torch.tensor([0.5 * a + b for a, b in zip(p.reshape(-1).tolist(), noise)], dtype=p.dtype).reshape(p.shape)


def leaf(seed, shape, dtype):
    n = torch.Size(shape).numel()
    return torch.tensor(values("n", seed, n), dtype=torch.float32).to(dtype).reshape(shape).requires_grad_()


def make(case, dtype):
    a, b = (leaf(i + 1, shape, dtype) for i, shape in enumerate(case["shapes"]))
    params = [{"params": [a]}, {"params": [b], **case["group"]}] if case["group"] else [a, b]
    name = case["name"]
    return [a, b], (CLASSES.get(name) or getattr(optim, name))(params, **case["options"])


def saved(optimizer):
    """The state dict's tensors: [parameter, name, shape, numbers]; and its groups."""
    dict_ = optimizer.state_dict()
    rows = [[i, key, list(t.shape), bits(t.to(torch.float32) if t.dim() == 0 and key in ("step", "eta", "mu", "mu_product") else t)] for i, state in dict_["state"].items() for key, t in state.items() if t is not None]
    return rows, [{k: v for k, v in group.items() if k not in IMPLEMENTATION} for group in dict_["param_groups"]]


def trajectory(case, dtype):
    params, optimizer = make(case, dtype)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=30) if case.get("scheduled") else None
    out = {"marks": []}
    for t in range(STEPS):
        if case.get("added") is not None and t == 5:
            params.append(leaf(3, ADDED.get(case["name"], [4]), dtype))
            optimizer.add_param_group({"params": [params[-1]], **case["added"]})
        for k, p in enumerate(params):
            # Every third step b has no gradient.
            p.grad = None if k == 1 and t % 3 == 0 else gradient(p, 1000 * (k + 1), t)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if t + 1 in MARKS:
            out["marks"].append(bits(torch.cat([p.detach().reshape(-1) for p in params])))
        if t + 1 == RESUME:
            out["early"] = saved(optimizer)[0]
    out["late"], case["groups"] = saved(optimizer)
    return out


def grid():
    """[name, options, options of the second group, more] of every case."""
    cases = []
    add = lambda name, options=(), group=(), **more: cases.append((name, dict(options), dict(group), more))
    for momentum, dampening, decay, nesterov, maximize in itertools.product((0, 0.9), (0, 0.3), (0, 0.1), (False, True), (False, True)):
        if not (nesterov and (momentum == 0 or dampening != 0)):
            # Ascent with this gradient grows by half of the lr each step.
            add("SGD", dict(lr=0.005 if maximize else 0.05, momentum=momentum, dampening=dampening, weight_decay=decay, nesterov=nesterov, maximize=maximize))
    for name, decay, amsgrad, maximize in itertools.product(("Adam", "AdamW"), (0, 0.1), (False, True), (False, True)):
        add(name, dict(lr=0.05, weight_decay=decay, amsgrad=amsgrad, maximize=maximize))
    for name, decoupled, maximize in itertools.product(("NAdam", "RAdam"), (False, True), (False, True)):
        add(name, dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=decoupled, maximize=maximize))
    for momentum, centered, decay, maximize in itertools.product((0, 0.9), (False, True), (0, 0.1), (False, True)):
        add("RMSprop", dict(lr=0.01, momentum=momentum, centered=centered, weight_decay=decay, maximize=maximize))
    for name, lr in (("Adamax", 0.05), ("Adagrad", 0.1), ("Adadelta", 0.7), ("ASGD", 0.005), ("Adafactor", 0.05), ("Lion", 0.02)):
        for decay, maximize in itertools.product((0, 0.1), (False, True)):
            add(name, dict(lr=lr, weight_decay=float(decay) if name == "Adafactor" else decay, maximize=maximize))
    for maximize in (False, True):
        add("Rprop", dict(lr=0.02, maximize=maximize))
    for nesterov, decay in itertools.product((False, True), (0, 0.3)):
        add("Muon", dict(lr=0.02, nesterov=nesterov, weight_decay=decay))
    own = {
        "SGD": [dict(lr=0.1, momentum=0.9), dict(lr=0.01, nesterov=True)],
        "Adam": [dict(amsgrad=True), dict(betas=(0.8, 0.9), decoupled_weight_decay=True, weight_decay=0.2)],
        "AdamW": [dict(lr=0.1, betas=(0.5, 0.7), eps=1e-3), dict(lr=0.3, weight_decay=0.2)],
        "NAdam": [dict(lr=0.1, betas=(0.5, 0.7), eps=1e-3, momentum_decay=0.1), dict(momentum_decay=0.5, betas=(0.3, 0.9))],
        "RAdam": [dict(lr=0.1, betas=(0.4, 0.7), eps=1e-3), dict(betas=(0.5, 0.95), lr=0.02)],
        "Adamax": [dict(lr=0.1, betas=(0.4, 0.7), eps=1e-2), dict(betas=(0.5, 0.95), lr=0.02, weight_decay=0.2)],
        "Adagrad": [dict(lr=0.3, lr_decay=0.05, eps=1e-2, initial_accumulator_value=0.1), dict(lr_decay=0.5, initial_accumulator_value=7)],
        "Adadelta": [dict(lr=0.5, rho=0.6, eps=1e-3), dict(rho=0.95, weight_decay=0.1)],
        "RMSprop": [dict(lr=0.02, alpha=0.6, eps=1e-2), dict(alpha=0.9, momentum=0.5, centered=True)],
        "ASGD": [dict(lr=0.1, lambd=0.02, alpha=0.5, t0=20.5), dict(t0=3.5, weight_decay=0.1)],
        "Rprop": [dict(lr=0.05, etas=(0.3, 1.5), step_sizes=(1e-3, 0.2)), dict(step_sizes=(0.01, 0.04))],
        "Adafactor": [dict(lr=0.1, beta2_decay=-0.5, eps=(1e-3, 0.1), d=1.5), dict(d=2.5, eps=(None, 1e-3), weight_decay=0.1)],
        "Lion": [dict(lr=0.01, betas=(0.5, 0.7)), dict(weight_decay=0.3, lr=0.05)],
        "Muon": [dict(lr=0.05, momentum=0.7, adjust_lr_fn="match_rms_adamw", ns_steps=3), dict(adjust_lr_fn="spectral_unclamped", eps=1e-2, ns_coefficients=(3.1, -4.2, 1.7))],
    }
    for name, (options, group) in own.items():
        add(name)
        add(name, options)
        add(name, options, group, scheduled=True)
        add(name, options, added=group)
    return cases


REFUSED = [
    *((name, dict(lr=-1.0)) for name in ("SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Adagrad", "Adadelta", "RMSprop", "ASGD", "Rprop", "Adafactor", "Lion", "Muon")),
    *((name, dict(weight_decay=-0.1)) for name in ("SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Adagrad", "Adadelta", "RMSprop", "ASGD", "Adafactor", "Lion", "Muon")),
    *((name, dict(betas=betas)) for name in ("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Lion") for betas in ((1.0, 0.9), (0.9, 1.0), (-0.1, 0.9))),
    *((name, dict(eps=-1.0)) for name in ("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Adagrad", "Adadelta", "RMSprop")),
    ("SGD", dict(momentum=-0.1)), ("SGD", dict(nesterov=True)), ("SGD", dict(nesterov=True, momentum=0.9, dampening=0.1)),
    ("NAdam", dict(momentum_decay=-1.0)), ("Adagrad", dict(lr_decay=-1.0)), ("Adagrad", dict(initial_accumulator_value=-1.0)),
    ("Adadelta", dict(rho=1.1)), ("Adadelta", dict(rho=-0.1)), ("RMSprop", dict(alpha=-0.1)), ("RMSprop", dict(momentum=-0.1)),
    ("ASGD", dict(lambd=-1.0)), ("ASGD", dict(alpha=-1.0)), ("Rprop", dict(etas=(1.0, 1.2))), ("Rprop", dict(etas=(0.5, 0.9))), ("Rprop", dict(etas=(0.0, 1.2))),
    ("Adafactor", dict(beta2_decay=0.1)), ("Adafactor", dict(d=0.9)), ("Adafactor", dict(eps=(-1.0, 1e-3))), ("Adafactor", dict(eps=(None, -1.0))),
    ("Muon", dict(momentum=-0.1)), ("Muon", dict(adjust_lr_fn="adam")),
]


def families():
    cases = []
    for name, options, group, more in grid():
        case = {"n": "%s %s %s %s" % (name, options, group, more), "name": name, "shapes": SHAPES.get(name, [[17], [2, 3]]), "options": options, "group": group, **more}
        text = str(make(case, torch.float64)[1]).split("\n")
        case["text"] = "\n".join(line for line in text if line.split(":")[0].strip() not in IMPLEMENTATION)
        cases.append({**case, "float64": trajectory(case, torch.float64), "float32": trajectory(case, torch.float32), "groups": case["groups"]})
    for name, options in REFUSED:
        case = {"n": "%s %s" % (name, options), "name": name, "shapes": SHAPES.get(name, [[17], [2, 3]]), "options": options, "group": {}}
        try:
            make(case, torch.float64)
        except ValueError as e:
            cases.append({**case, "err": str(e)})
        else:
            raise AssertionError(case["n"])
    # A vector is no matrix.
    case = {"n": "Muon of a vector", "name": "Muon", "shapes": [[2, 2], [3]], "options": {}, "group": {}}
    try:
        make(case, torch.float64)
    except ValueError as e:
        cases.append({**case, "err": str(e)})
    return [Rows("optimizers, 100 steps", "optimizer", cases)]
