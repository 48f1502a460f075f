"""Cases of torch.nn's classes: text, state dict, seeded initial state, and what training and evaluation give."""
import torch
from torch import nn

from harness import Family, encode, error_of, flat, make_input, resolve, typed, values, weighted

# Classes that torch.nn has not, by name: a case file puts in what it writes of torch's parts.
CLASSES = {}

REFUSED = (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError, AssertionError)


class Modules(Family):
    """Collects calls of modules. Names and options are torch's; test/conformance/kinds/modules.ts gives them to Hone's classes in camelCase."""
    kind = "module"

    def add(self, name, args=(), kwargs=None, inputs=(), call=None, call_kw=None, **flags):
        """
        `call`: the arguments of forward, by default the inputs in order; {"$": i} is input i, a list in it a tuple.
        `gg`: second gradients too. {"module": [name, args, kwargs]} among the arguments is a module.
        `train`: the modes to run, by default training, then evaluation. `tol`: where torch's own float64 is not exact.
        """
        case = {"n": "%s %d" % (name, len(self.cases)), "seed": self.seed + len(self.cases) * 1000, "name": name, "args": list(args), "kwargs": kwargs or {}, "in": list(inputs), **flags}
        case["call"] = [{"$": i} for i in range(len(inputs))] if call is None else call
        if call_kw:
            case["callKw"] = call_kw
        self.cases.append(case)
        try:
            module = build(case, torch.float32)
            case["text"] = str(module)
            case["keys"] = [[key, list(t.shape)] for key, t in module.state_dict().items()]
            case["init"] = initial(case)
            case["runs"] = run(case, torch.float64)
        except REFUSED as e:
            message = str(e).split("\n")[0]
            if "unexpected keyword" in message or "required positional" in message or "has no attribute" in message:
                raise
            case["err"] = message[:100]
            for key in ("text", "keys", "init"):
                case.pop(key, None)
            return
        errors = []
        for one, other in zip(run(case, torch.float32, raw=True), run(case, torch.float64, raw=True)):
            pairs = [(a, b, 0.01 if key == "r" else 1) for key in ("r", "g", "gg", "b") for a, b in zip(one.get(key, []), other.get(key, []))]
            errors.append([error_of(a, b, least) for a, b, least in pairs])
            if any(isinstance(a, torch.Tensor) and not a.is_floating_point() and not torch.equal(a, b) for a, b, _ in pairs):
                case["only64"] = True
        if max((e for row in errors for e in row), default=0) > 0.1:
            case["only64"] = True
        elif max((e for row in errors for e in row), default=0) > 2.5e-6:
            case["e"] = [[float("%.2g" % e) for e in row] for row in errors]


def tuples(value):
    return tuple(tuples(v) for v in value) if isinstance(value, list) else value


def environment(case, floating):
    made = [make_input(spec, case["seed"] + i, floating) for i, spec in enumerate(case["in"])]
    return [leaf for leaf, _ in made], {"x%d" % i: x for i, (_, x) in enumerate(made)}


def build(case, floating):
    _, env = environment(case, floating)
    torch.manual_seed(case["seed"])

    def ready(v):
        if isinstance(v, dict) and "module" in v:
            name, *rest = v["module"]
            return getattr(nn, name)(*(rest[0] if rest else []), **(rest[1] if len(rest) > 1 else {}))
        v = resolve(v, env)
        return v.detach() if isinstance(v, torch.Tensor) else v

    args = [ready(a) for a in case["args"]]
    kwargs = {k: ready(v) for k, v in typed(case["kwargs"]).items()}
    return (CLASSES.get(case["name"]) or getattr(nn, case["name"]))(*(tuples(a) for a in args), **{k: tuples(v) for k, v in kwargs.items()})


def initial(case):
    """A digest of all of the seeded initial state, and of the next random number."""
    module = build(case, torch.float32)
    after = torch.rand(1)
    state = [t.reshape(-1).float() for t in module.state_dict().values()]
    return encode(torch.cat([*state, after]), exact=True)


def run(case, floating, raw=False):
    leaves, env = environment(case, floating)
    module = build(case, floating)
    if floating == torch.float64:
        module.double()
    named = list(module.named_parameters())
    with torch.no_grad():
        for i, (_, p) in enumerate(named):
            p.copy_(torch.tensor(values("h", case["seed"] + 50 + i, p.numel()), dtype=torch.float32).to(floating).reshape(p.shape))
    wanted = [x for x in leaves if x.requires_grad] + [p for _, p in named if p.requires_grad]
    runs = []
    for train in case.get("train", [True, False]):
        module.train(train)
        torch.manual_seed(case["seed"] + 7)
        args = [tuples(resolve(a, env)) for a in case["call"]]
        result = flat(module(*args, **{k: tuples(resolve(v, env)) for k, v in case.get("callKw", {}).items()}))
        row = {"r": result}
        loss = weighted(result, case["seed"], 100)
        if loss is not None and wanted and case.get("g", True):
            row["g"] = list(torch.autograd.grad(loss, wanted, allow_unused=True, create_graph=bool(case.get("gg"))))
            if case.get("gg"):
                second = weighted(row["g"], case["seed"], 200)
                row["gg"] = [None] * len(wanted) if second is None else list(torch.autograd.grad(second, wanted, allow_unused=True))
        row["b"] = [b.detach().clone() for b in module.buffers()]
        runs.append(row)
    if raw:
        return runs
    return [{"train": train, **{k: [encode(t) for t in v] for k, v in row.items() if v or k == "r"}} for train, row in zip(case.get("train", [True, False]), runs)]
