"""
300 steps of every learning-rate scheduler with every option: the rates (and momenta) of two groups, what is left after half of the steps as
torch saves it, schedulers that are combined, resumed and stepped by epoch, and calls that torch refuses.
"""
import json
import math

import torch
from torch import optim
from torch.optim import swa_utils

from harness import Rows, packed, values

STEPS = 300
FUNCTIONS = {
    "decay": lambda e: 0.95**e,
    "inverse": lambda e: 1 / (1 + e),
    "slow": lambda e: 0.99 if e % 3 == 0 else 1.0,
    "tenths": lambda e: 1 - (e % 10) / 20,
    "halving": lambda x: 1 / (2.0**x),
    "flat": lambda x: 0.5,
    "fading": lambda x: 1 / (1 + x / 100),
}


def recorded(t):
    """Which steps a trace keeps."""
    return t <= 32 or t % 11 == 0 or t == STEPS


# Schedules that torch has not, by name: what the case file writes of torch's parts.
CLASSES = {}

# Of what torch saves of a group, the options that schedulers read or write.
OPTIONS = ("params", "lr", "momentum", "betas", "initial_lr", "max_lr", "min_lr", "max_momentum", "base_momentum", "swa_lr")


def resolve(value, optimizer, made):
    if isinstance(value, dict):
        if "$" in value:
            return made[value["$"]]
        return FUNCTIONS[value["fn"]] if "fn" in value else optimizer
    return [resolve(v, optimizer, made) for v in value] if isinstance(value, list) else value


def plain(value):
    """What JSON can hold of a state dict."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"special": str(value)}
    return value if isinstance(value, (int, float, str, bool, type(None))) else None


class Bench:
    """An optimizer of one-element parameters, and the schedulers of a case."""

    def __init__(self, case, loaded=None, **more):
        self.case = case
        params = [torch.ones(1, requires_grad=True) for _ in case["groups"]]
        self.optimizer = getattr(optim, case["opt"][0])([{"params": [p], **g} for p, g in zip(params, case["groups"])], **case["opt"][1])
        if loaded is not None:
            self.optimizer.load_state_dict(loaded)
        made = []
        for name, args, kwargs in case["build"]:
            make = CLASSES.get(name) or getattr(optim.lr_scheduler, name, None) or getattr(swa_utils, name)
            first = [] if name == "ChainedScheduler" else [self.optimizer]
            kwargs = {k: resolve(v, self.optimizer, made) for k, v in kwargs.items()}
            made.append(make(*first, *resolve(args, self.optimizer, made), **kwargs, **more))
        self.stepped = [made[i] for i in case.get("by", [len(made) - 1])]

    def marks(self):
        groups = self.optimizer.param_groups
        momenta = [g["betas"][0] if "betas" in g else g["momentum"] for g in groups] if self.case.get("momenta") else []
        return [g["lr"] for g in groups] + momenta

    def step(self, t):
        case = self.case
        self.optimizer.step()
        for scheduler in self.stepped:
            if "metrics" in case:
                scheduler.step(torch.tensor(values("p", case["metrics"], STEPS), dtype=torch.float32).tolist()[t] / (1 + t / 10))
            elif "epochs" in case:
                epoch = case["epochs"][t % len(case["epochs"])] if isinstance(case["epochs"], list) else (t + 1) * case["epochs"]
                scheduler.step(*([] if epoch is None else [epoch]))
            else:
                scheduler.step()
        if str(t) in case.get("hand", {}):
            for group, lr in zip(self.optimizer.param_groups, case["hand"][str(t)]):
                group["lr"] = lr


def trace(build, groups=({"lr": 0.1}, {"lr": 0.02}), opt=("SGD", {}), steps=STEPS, **flags):
    names = ", ".join("%s(%s)" % (name, ", ".join([json.dumps(a) for a in args] + ["%s=%s" % (k, json.dumps(v)) for k, v in kwargs.items()])) for name, args, kwargs in build)
    case = {"n": names, "opt": list(opt), "groups": list(groups), "build": [list(b) for b in build], "steps": steps, **flags}
    marks = []
    try:
        bench = Bench(case)
        marks += bench.marks()
        for t in range(steps):
            if t == steps // 2 and not (case.get("epochs") or case.get("hand")):
                case["half"] = {"states": [plain(s.state_dict()) for s in bench.stepped], "last": [s.get_last_lr() for s in bench.stepped]}
                groups_now = bench.optimizer.state_dict()
                case["half"]["groups"] = [{k: plain(v) for k, v in g.items() if k in OPTIONS} for g in groups_now["param_groups"]]
                if case.get("restart"):
                    bench = Bench(case, groups_now, last_epoch=bench.stepped[0].last_epoch)
                    marks += bench.marks()
            bench.step(t)
            if recorded(t + 1):
                marks += bench.marks()
    except (ValueError, TypeError, ZeroDivisionError, NotImplementedError, KeyError) as e:
        case["err"] = (str(e) or type(e).__name__)[:80]
    case["r"] = packed([float(m) for m in marks])
    return case


MOMENTUM = [{"opt": ["SGD", {"momentum": 0.5}], "momenta": True}, {"opt": ["Adam", {"betas": (0.8, 0.99)}], "momenta": True}]

SINGLE = [
    ("LambdaLR", [{"fn": "decay"}], {}),
    ("LambdaLR", [], {"lr_lambda": [{"fn": "decay"}, {"fn": "inverse"}]}),
    ("MultiplicativeLR", [{"fn": "slow"}], {}),
    ("MultiplicativeLR", [[{"fn": "slow"}, {"fn": "tenths"}]], {}),
    ("StepLR", [1, 0.97], {}),
    ("StepLR", [30], {}),
    ("StepLR", [], {"step_size": 7, "gamma": 0.9}),
    ("StepLR", [50], {"gamma": 2.0}),
    ("MultiStepLR", [[3, 30, 31, 90]], {"gamma": 0.5}),
    ("MultiStepLR", [[100, 5, 5, 0]], {}),
    ("MultiStepLR", [[], 0.5], {}),
    ("ConstantLR", [], {}),
    ("ConstantLR", [0.1, 60], {}),
    ("ConstantLR", [], {"factor": 0.5, "total_iters": 0}),
    ("ConstantLR", [1.0], {}),
    ("LinearLR", [], {}),
    ("LinearLR", [0.01, 0.7, 100], {}),
    ("LinearLR", [], {"start_factor": 1, "end_factor": 0.1, "total_iters": 250}),
    ("LinearLR", [1.0, 0.0, 20], {}),
    ("LinearLR", [0.2], {"total_iters": 0}),
    ("LinearLR", [0.2], {"total_iters": 1}),
    ("ExponentialLR", [0.95], {}),
    ("ExponentialLR", [], {"gamma": 1.01}),
    ("PolynomialLR", [], {}),
    ("PolynomialLR", [250], {}),
    ("PolynomialLR", [], {"total_iters": 120, "power": 2.5}),
    ("PolynomialLR", [300, 0.9], {}),
    ("PolynomialLR", [0], {}),
    ("CosineAnnealingLR", [300], {}),
    ("CosineAnnealingLR", [17], {"eta_min": 1e-3}),
    ("CosineAnnealingLR", [1], {}),
    ("CosineAnnealingLR", [], {"T_max": 2, "eta_min": 0.5}),
    ("CosineAnnealingWarmRestarts", [10], {}),
    ("CosineAnnealingWarmRestarts", [10, 2], {"eta_min": 1e-3}),
    ("CosineAnnealingWarmRestarts", [], {"T_0": 1, "T_mult": 3}),
    ("CosineAnnealingWarmRestarts", [1], {}),
    ("SWALR", [0.05], {}),
    ("SWALR", [], {"swa_lr": [0.5, 0.001], "anneal_epochs": 100, "anneal_strategy": "linear"}),
    ("SWALR", [0.3, 0], {}),
    ("SWALR", [0.3, 1, "linear"], {}),
]
PLATEAU = [
    {}, {"patience": 2, "factor": 0.5, "cooldown": 3}, {"mode": "max", "patience": 4, "factor": 0.7, "min_lr": 1e-3}, {"patience": 0, "factor": 0.9, "threshold": 0.1, "threshold_mode": "abs", "min_lr": [1e-3, 1e-2]},
    {"patience": 3, "factor": 0.2, "eps": 1e-3}, {"mode": "max", "threshold_mode": "abs", "threshold": 0.5, "patience": 1, "factor": 0.8}, {"mode": "min", "threshold": 0.0, "patience": 1, "cooldown": 7, "factor": 0.95},
]
CYCLIC = [
    ([0.01, 0.1], {"step_size_up": 20}), ([0.01, 0.1, 13, 31], {}), ([], {"base_lr": [0.01, 0.2], "max_lr": [0.3, 0.1], "step_size_up": 25, "mode": "triangular2"}),
    ([0.001, 0.2], {"step_size_up": 15, "step_size_down": 5, "mode": "exp_range", "gamma": 0.99}), ([0.01, 0.1, 40], {"scale_fn": {"fn": "halving"}, "scale_mode": "cycle"}),
    ([0.01, 0.1, 12], {"scale_fn": {"fn": "fading"}, "scale_mode": "iterations", "mode": "anything"}), ([0.01, 0.1], {}), ([0.01, 0.1, 7, 0], {}), ([0.02, 0.1, 9.5], {"mode": "exp_range"}),
    ([0.01, 0.1, 20], {"base_momentum": 0.3, "max_momentum": 0.99, "mode": "triangular2"}), ([0.01, 0.1, 20], {"base_momentum": [0.3, 0.4], "max_momentum": [0.9, 0.8], "scale_fn": {"fn": "flat"}}),
]
ONE_CYCLE = [
    ([0.1, 300], {}), ([], {"max_lr": [0.1, 0.7], "total_steps": 301, "pct_start": 0.1}), ([0.1], {"epochs": 30, "steps_per_epoch": 10, "anneal_strategy": "linear"}), ([0.1], {"epochs": 7, "steps_per_epoch": 43, "three_phase": True}),
    ([0.1, 320], {"three_phase": True, "anneal_strategy": "linear", "pct_start": 0.45}), ([0.1, 310], {"div_factor": 5.0, "final_div_factor": 10.0}), ([0.1, 400], {"base_momentum": 0.1, "max_momentum": 0.6, "pct_start": 0.5}),
    ([0.1, 333], {"base_momentum": [0.1, 0.2], "max_momentum": [0.9, 0.99]}), ([0.1, 300], {"pct_start": 0.0}), ([0.1, 300], {"pct_start": 1.0}), ([0.1, 300, 2, 3], {}), ([0.1, 300], {"pct_start": 0.8, "three_phase": True}),
]


def singles():
    cases = [trace([build]) for build in SINGLE]
    cases += [trace([build], opt=("AdamW", {"lr": 0.05}), groups=[{}]) for build in SINGLE[::6]]
    for kw in PLATEAU:
        cases.append(trace([("ReduceLROnPlateau", [], kw)], metrics=77))
    cases.append(trace([("ReduceLROnPlateau", ["max", 0.5, 1], {})], metrics=78))
    for name, options in (("CyclicLR", CYCLIC), ("OneCycleLR", ONE_CYCLE)):
        for i, (args, kwargs) in enumerate(options):
            cases.append(trace([(name, args, kwargs)], **MOMENTUM[i % 2]))
            if i < 3:
                cases.append(trace([(name, args, kwargs)], **MOMENTUM[(i + 1) % 2]))
                cases.append(trace([(name, args, {**kwargs, "cycle_momentum": False})], opt=("Adagrad", {}), groups=[{"lr": 0.1}, {"lr": 0.02}]))
    return cases


def by_epoch():
    """step(epoch), with the closed forms; warm restarts by fractions of epochs."""
    cases = []
    for build in SINGLE:
        if build[0] in ("SWALR", "CosineAnnealingWarmRestarts"):
            continue
        cases.append(trace([build], epochs=[0, 1, 5, 4, 17, None, 30, 31, None, 100, 2], steps=40))
    for kwargs in ({"T_0": 10}, {"T_0": 10, "T_mult": 2}, {"T_0": 3, "T_mult": 3, "eta_min": 0.01}, {"T_0": 1, "T_mult": 5}, {"T_0": 7, "T_mult": 4}):
        build = ("CosineAnnealingWarmRestarts", [], kwargs)
        cases += [trace([build], epochs=step) for step in (1, 0.3, 0.0625, 1.25)]
        cases.append(trace([build], epochs=[0.5, None, None, 12.25, None, 80, None, 3, 9.99, 10], steps=60))
    for args, kwargs in CYCLIC[:4] + ONE_CYCLE[:2]:
        name = "CyclicLR" if (args, kwargs) in CYCLIC else "OneCycleLR"
        cases.append(trace([(name, args, kwargs)], epochs=[0, 3, 4, 33, None, 12], steps=30, **MOMENTUM[0]))
    return cases


def by_hand():
    """Rates that a user changes between steps."""
    hand = {"9": [0.5, 0.3], "44": [0.01, 1.0], "150": [0.2, 0.2]}
    names = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingLR", "MultiplicativeLR", "LambdaLR", "CosineAnnealingWarmRestarts", "SWALR")
    return [trace([next(b for b in SINGLE if b[0] == name and b[2 if not b[1] else 1])], hand=hand) for name in names] + [
        trace([("ReduceLROnPlateau", [], {"patience": 1, "factor": 0.8})], metrics=79, hand=hand)]


def resumed():
    """Half of the steps, then a new optimizer with the old one's state and a new scheduler at last_epoch."""
    cases = [trace([build], restart=True) for build in SINGLE[::2] if not (build[0] == "SWALR")]
    cases += [trace([("CyclicLR", args, kwargs)], restart=True, **MOMENTUM[i % 2]) for i, (args, kwargs) in enumerate(CYCLIC[:4])]
    cases += [trace([("OneCycleLR", args, kwargs)], restart=True, **MOMENTUM[i % 2]) for i, (args, kwargs) in enumerate(ONE_CYCLE[:4])]
    cases.append(trace([("StepLR", [3], {"last_epoch": 4})]))
    cases.append(trace([("ExponentialLR", [0.9], {"last_epoch": 4})], groups=[{"lr": 0.1, "initial_lr": 0.4}, {"lr": 0.02, "initial_lr": 0.1}]))
    cases.append(trace([("CosineAnnealingLR", [10], {"last_epoch": 4})], groups=[{"lr": 0.1, "initial_lr": 0.4}, {"lr": 0.02, "initial_lr": 0.1}]))
    return cases


def combined():
    lin, exp, cos, const, step, restarts = ("LinearLR", [0.1], {"total_iters": 20}), ("ExponentialLR", [0.97], {}), ("CosineAnnealingLR", [40], {}), ("ConstantLR", [0.1, 20], {}), ("StepLR", [15, 0.5], {}), ("CosineAnnealingWarmRestarts", [12, 2], {})
    refs = lambda *at: [{"$": i} for i in at]
    chained = lambda *parts: [*parts, ("ChainedScheduler", [refs(*range(len(parts)))], {})]
    sequential = lambda milestones, *parts, **kw: [*parts, ("SequentialLR", [], {"schedulers": refs(*range(len(parts))), "milestones": milestones, **kw})]
    cases = [trace([lin, exp], by=[0, 1]), trace([const, step, exp], by=[2, 0, 1])]
    cases += [trace(chained(*parts)) for parts in ((lin, exp), (const, step, exp), (exp,), (cos, lin), (("LambdaLR", [{"fn": "decay"}], {}), exp), (restarts, step))]
    cases += [trace([lin, exp, ("ChainedScheduler", [refs(0, 1)], {"optimizer": {"opt": 1}})])]
    cases += [trace(sequential(m, *parts)) for m, parts in (
        ([20], (const, exp)), ([20, 60], (lin, cos, exp)), ([5], (lin, cos)), ([100], (exp, restarts)), ([0], (lin, exp)), ([10, 10], (lin, exp, step)), ([30], (("PolynomialLR", [30], {}), cos)), ([], (exp,)),
        ([25], (cos, ("LambdaLR", [{"fn": "inverse"}], {}))), ([12], (("MultiplicativeLR", [{"fn": "slow"}], {}), ("MultiStepLR", [[4, 9]], {}))), ([50], (exp, ("SWALR", [0.5], {}))), ([20], (lin, ("ConstantLR", [0.5, 10], {}))))]
    cases.append(trace(sequential([20], const, exp, last_epoch=3)))
    cases.append(trace(sequential([40], lin, ("CyclicLR", [0.01, 0.1, 20], {})), **MOMENTUM[0]))
    cases.append(trace(sequential([40], lin, ("OneCycleLR", [0.1, 300], {})), **MOMENTUM[1]))
    cases.append(trace([lin, exp, ("ChainedScheduler", [refs(0, 1)], {}), cos, ("SequentialLR", [refs(2, 3), [50]], {})]))
    cases.append(trace([lin, exp, ("ChainedScheduler", [refs(0, 1)], {}), cos, ("SequentialLR", [refs(3, 2), [50]], {})]))
    cases.append(trace([lin, exp, ("SequentialLR", [refs(0, 1), [10]], {}), cos, ("SequentialLR", [refs(2, 3), [50]], {})]))
    cases.append(trace([lin, exp, ("SequentialLR", [refs(0, 1), [10]], {}), step, ("ChainedScheduler", [refs(2, 3)], {})]))
    return cases


def refused():
    one = lambda name, args, kwargs=None, **flags: trace([(name, args, kwargs or {})], **flags)
    plateau = ("ReduceLROnPlateau", [], {})
    cases = [
        one("LambdaLR", [[{"fn": "decay"}]]), one("MultiplicativeLR", [[{"fn": "slow"}] * 3]), one("MultiplicativeLR", [3]), one("ConstantLR", [1.5]), one("ConstantLR", [-0.1]), one("LinearLR", [0]), one("LinearLR", [1.1]),
        one("LinearLR", [0.5, 1.5]), one("LinearLR", [0.5, -1]), one("CosineAnnealingWarmRestarts", [0]), one("CosineAnnealingWarmRestarts", [2.5]), one("CosineAnnealingWarmRestarts", [5, 0]), one("CosineAnnealingWarmRestarts", [5, 1.5]),
        one("CosineAnnealingWarmRestarts", [5], epochs=[1, -2]), one("ReduceLROnPlateau", [], {"factor": 1.0}), one("ReduceLROnPlateau", ["low"]), one("ReduceLROnPlateau", [], {"threshold_mode": "other"}), one("ReduceLROnPlateau", [], {"min_lr": [1, 2, 3]}),
        one("CyclicLR", [0.1, 0.2], {"mode": "square"}), one("CyclicLR", [[0.1], 0.2]), one("CyclicLR", [0.1, [0.2, 0.3, 0.4]]), one("CyclicLR", [0.1, 0.2], opt=("Adagrad", {})), one("OneCycleLR", [0.1, 300], opt=("Adagrad", {})),
        one("OneCycleLR", [0.1]), one("OneCycleLR", [0.1, 0]), one("OneCycleLR", [0.1, 20.5]), one("OneCycleLR", [0.1], {"epochs": 3}), one("OneCycleLR", [0.1], {"epochs": 0, "steps_per_epoch": 3}), one("OneCycleLR", [0.1], {"epochs": 3, "steps_per_epoch": -3}),
        one("OneCycleLR", [0.1, 20], {"pct_start": 1.5}), one("OneCycleLR", [0.1, 20], {"anneal_strategy": "square"}), one("OneCycleLR", [[0.1], 20]), one("OneCycleLR", [0.1, 25]), one("OneCycleLR", [0.1, 10], {"pct_start": 0.1}),
        one("SWALR", [0.1], {"anneal_strategy": "square"}), one("SWALR", [0.1, -1]), one("SWALR", [[0.1]]), one("ConstantLR", [0.0, 20]), trace([("ChainedScheduler", [[]], {})]), trace([plateau, ("ChainedScheduler", [[{"$": 0}]], {})]),
        trace([("SequentialLR", [[], []], {})]), trace([plateau, ("SequentialLR", [[{"$": 0}], []], {})]), trace([("StepLR", [3], {}), ("SequentialLR", [[{"$": 0}], [3]], {})]), one("LinearLR", [0.5], {"total_iters": 0}, epochs=[1]),
        one("StepLR", [0]),
    ]
    return [c for c in cases if "err" in c]


def families():
    return [Rows(name, "trace", make()) for name, make in (
        ("schedulers", singles), ("schedulers by epoch", by_epoch), ("rates changed by hand", by_hand), ("schedulers resumed", resumed), ("schedulers combined", combined), ("schedulers refused", refused))]
