"""LBFGS on small problems in float64: parameters and loss after each of 20 steps, and what torch saves after half of them."""
import torch
from torch import optim

from harness import Rows, packed, values

STEPS = 20


def data(kind, seed, *shape):
    count = 1
    for n in shape:
        count *= n
    return torch.tensor(values(kind, seed, count), dtype=torch.float32).double().reshape(shape)


def rosenbrock(params):
    (x,) = params
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def squares(params):
    w, b = params
    return ((data("n", 11, 10, 3) @ w + b - data("n", 12, 10, 2)) ** 2).mean()


def network(params):
    w1, b1, w2, b2 = params
    return ((torch.tanh(data("n", 21, 12, 3) @ w1 + b1) @ w2 + b2 - data("h", 22, 12, 1)) ** 2).mean()


def unused(params):
    """The second parameter has no gradient."""
    return ((params[0] - 2) ** 4).sum()


PROBLEMS = {"rosenbrock": rosenbrock, "squares": squares, "network": network, "unused": unused}
STARTS = {
    "rosenbrock": lambda: [torch.tensor([-1.2, 1.0], dtype=torch.float64)], "squares": lambda: [data("h", 13, 3, 2), data("h", 14, 2)],
    "network": lambda: [data("h", 23, 3, 4), data("h", 24, 4), data("h", 25, 4, 1), data("h", 26, 1)], "unused": lambda: [data("h", 31, 4), data("h", 32, 2)],
}


def plain(value):
    if isinstance(value, torch.Tensor):
        return {"v": packed(value.reshape(-1).tolist()), "s": list(value.shape)}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def sensitivity(marks, problem, options):
    """How far torch's own numbers move when the start moves by what a fixture rounds away."""
    other = run(problem, options, nudge=3e-14)["marks"]
    return max(abs(a - b) for a, b in zip(marks, other)) / max(abs(a) for a in marks)


def run(problem, options, steps=STEPS, nudge=0.0):
    case = {"n": "%s %s" % (problem, options), "name": "LBFGS", "problem": problem, "options": options, "steps": steps}
    params = [(p * (1 + nudge)).requires_grad_() for p in STARTS[problem]()]
    marks, calls = [], []
    try:
        optimizer = optim.LBFGS(params, **options)
        sign = -1 if options.get("maximize") else 1

        def closure():
            optimizer.zero_grad()
            loss = sign * PROBLEMS[problem](params)
            loss.backward()
            calls[-1] += 1
            return loss

        for t in range(steps):
            if t == steps // 2:
                case["half"] = {k: plain(v) for k, v in optimizer.state_dict()["state"].get(0, {}).items()}
            calls.append(0)
            loss = optimizer.step(closure)
            marks += [loss.item()] + [v for p in params for v in p.reshape(-1).tolist()]
    except (ValueError, RuntimeError) as e:
        return {**case, "err": str(e)[:80]}
    assert all(abs(m) < 1e6 for m in marks), case["n"]
    if nudge:
        return {"marks": marks}
    moved = sensitivity(marks, problem, options)
    return {**case, **({"tol": float("%.1g" % (100 * moved))} if moved > 1e-11 else {}), "r": packed(marks), "calls": calls}


def families():
    wolfe = {"line_search_fn": "strong_wolfe"}
    cases = [run(problem, {**options, **search}) for problem in PROBLEMS for search in ({}, wolfe) for options in (
        {}, {"lr": 0.1, "max_iter": 3}, {"lr": 0.02, "max_iter": 5, "history_size": 2}, {"max_iter": 1, "lr": 0.05}) if not (problem == "rosenbrock" and not search and not options)]
    cases += [run("rosenbrock", {**wolfe, "max_iter": 4, "max_eval": n}) for n in (1, 2, 3, 7)]
    cases += [run("network", {"lr": 0.1, "max_iter": 10, "max_eval": n}) for n in (1, 4)]
    cases += [run("squares", {**wolfe, "max_iter": 2, "tolerance_grad": 1e-2}), run("squares", {"lr": 0.3, "max_iter": 4, "tolerance_change": 1e-3}), run("network", {**wolfe, "maximize": True, "max_iter": 3}), run("squares", {"lr": 0.1, "max_iter": 3, "maximize": True})]
    cases += [run("squares", {"lr": -1.0}), run("squares", {"line_search_fn": "armijo"})]
    return [Rows("lbfgs", "lbfgs", cases)]
