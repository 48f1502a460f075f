"""
Programs drawn by chance: chains of views, changes in place, hooks, retain_grad, looks under no_grad, several backward calls and second
gradients, with what torch made of each statement, or that it refused. `test/conformance/kinds/walks.ts` replays them, statement by statement.

    PROGRAMS=5000 SEED=7 python conformance/generate.py random_programs    more of them, with another seed; do not commit those
"""
import os
import random

import torch

from harness import Rows
from inputs import numel

UNARY = ["sin", "cos", "tanh", "sigmoid", "exp", "square", "neg", "relu", "abs", "clone", "contiguous", "sum0"]
IN_PLACE = ["sin_", "cos_", "tanh_", "sigmoid_", "neg_", "square_", "exp_"]


def weights(shape):
    return torch.tensor([((k * 7) % 11 - 4) / 5 for k in range(numel(shape))], dtype=torch.float64).reshape(shape)


def applied(op, x, args):
    """A view or a function of one variable."""
    if op == "sum0":
        return x.sum(0) if x.dim() else x.sum()
    if op == "slice":
        return x[(slice(None),) * args[0] + (slice(*args[1:]),)]
    if op == "all":
        return x[:] if x.dim() else x[...]
    if op in ("split", "chunk"):
        return getattr(x, op)(args[0], args[1])[args[2]]
    if op == "unbind":
        return x.unbind(args[0])[args[1]]
    if op == "diagonal":
        return x.diagonal(0, -2, -1)
    if op == "data":
        return x.data
    return getattr(x, op)(*args)


def changed(op, x, args, variables):
    if op == "set_":
        x[args[0]] = args[1] if not isinstance(args[1], str) else variables[int(args[1])]
        return
    if op == "index_add_":
        x.index_add_(0, torch.tensor(args[0]), variables[int(args[1])])
        return
    if op == "masked_fill_":
        x.masked_fill_(weights(x.shape) > 0, args[0])
        return
    getattr(x, op)(*[variables[int(a)] if isinstance(a, str) else a for a in args])


def stop_at(mode, message):
    return mode in ("backward", "grad") and ("single memory location" in message or "is a view" in message)


def overlapping(x):
    """Whether elements share memory in a way that torch does not see."""
    reach = 0
    for stride, size in sorted((st, s) for st, s in zip(x.stride(), x.shape) if s > 1):
        if 0 < stride <= reach:
            return True
        reach += stride * (size - 1)
    return False


class Walk:
    def __init__(self, seed):
        self.c = random.Random(seed)
        c = self.c
        self.leaves = []
        self.variables = []
        self.inputs = []
        self.statements = []
        self.outcomes = []
        for _ in range(c.choice([1, 1, 2])):
            shape = c.choice([[3], [4], [2, 3], [3, 2], [2, 2], [2, 1, 3], [1, 4], [2, 3, 2], []])
            grad = c.random() < 0.85
            data = [round(c.uniform(-0.9, 0.9), 3) for _ in range(numel(shape))]
            x = torch.tensor(data, dtype=torch.float64).reshape(shape).clone().requires_grad_(grad)
            self.inputs.append([shape, data, grad])
            self.variables.append(x)
        if c.random() < 0.8:
            self.step(["o", "clone", 0, []])

    def step(self, s):
        """Executes a statement; false where the program ends."""
        v = self.variables
        mode = s[0]
        outcome = 1
        stop = False
        try:
            if mode == "o":
                v.append(applied(s[1], v[s[2]], s[3]))
            elif mode == "n":
                with torch.no_grad():
                    v.append(applied(s[1], v[s[2]], s[3]))
            elif mode == "b":
                v.append(getattr(torch, s[1])(v[s[2]], v[s[3]]))
            elif mode == "i":
                changed(s[1], v[s[2]], s[3], v)
            elif mode == "j":
                with torch.no_grad():
                    changed(s[1], v[s[2]], s[3], v)
            elif mode == "look":
                with torch.no_grad():
                    str(v[s[1]])
                    outcome = [v[s[1]].requires_grad, v[s[1]].is_leaf]
            elif mode == "hook":
                v[s[1]].register_hook(lambda g, f=s[2]: g * f)
            elif mode == "retain":
                v[s[1]].retain_grad()
            elif mode == "requires":
                v[s[1]].requires_grad_(s[2])
            elif mode == "backward":
                (v[s[1]] * weights(v[s[1]].shape)).sum().backward(retain_graph=s[2])
            elif mode == "grad":
                loss = (v[s[1]] * weights(v[s[1]].shape)).sum()
                found = torch.autograd.grad(loss, [v[i] for i in s[2]], allow_unused=True, create_graph=s[3], retain_graph=True)
                outcome = [numbers(g) for g in found]
                if s[3]:
                    again = sum((g * weights(g.shape)).sum() for g in found if g is not None and g.requires_grad)
                    if isinstance(again, torch.Tensor):
                        second = torch.autograd.grad(again, [v[i] for i in s[2]], allow_unused=True, retain_graph=True)
                        outcome += [numbers(g) for g in second]
        except (RuntimeError, IndexError, ValueError) as e:
            # Hone may have kept what was overwritten; then it must not throw, and nothing after is comparable.
            # Nor does it stumble where torch's own gradient writes into an expanded one.
            outcome = "~" if "modified by an inplace" in str(e) or stop_at(mode, str(e)) else "!"
            stop = mode in ("backward", "grad")
        self.statements.append(s)
        self.outcomes.append(outcome)
        return not stop

    def view(self, x):
        c, shape, n = self.c, list(x.shape), x.dim()
        kinds = ["unsqueeze", "all", "detach", "reshape", "expand"] + (["select", "narrow", "transpose", "slice", "flatten", "squeeze", "view", "split", "unbind", "chunk", "unfold", "contiguous"] if n else []) + (["diagonal", "permute", "t"] if n > 1 else [])
        kind = c.choice(kinds)
        d = c.randrange(n) if n else 0
        size = shape[d] if n else 1
        if kind == "unsqueeze":
            return kind, [c.randrange(n + 1)]
        if kind in ("all", "detach", "contiguous"):
            return kind, []
        if kind == "reshape":
            return kind, [c.choice([[-1], shape])]
        if kind == "expand":
            return kind, [[2] + shape] if c.random() < 0.5 else [[-1] * n]
        if kind == "select":
            return kind, [d, c.randrange(size)] if size else [d, 0]
        if kind == "narrow":
            length = c.randint(1, size) if size else 0
            return kind, [d, c.randint(0, size - length), length]
        if kind == "slice":
            return kind, [d, c.randrange(max(size, 1)), None, c.choice([1, 1, 2])]
        if kind == "transpose":
            return kind, [d, c.randrange(n)]
        if kind == "flatten":
            return kind, []
        if kind == "squeeze":
            return kind, [d]
        if kind == "view":
            return kind, [[-1]]
        if kind == "split":
            return kind, [1, d, 0]
        if kind == "chunk":
            return kind, [2, d, 0]
        if kind == "unbind":
            return kind, [d, 0]
        if kind == "unfold":
            return kind, [d, c.randint(1, max(size, 1)), c.choice([1, 1, 2])]
        if kind == "permute":
            return kind, [c.sample(range(n), n)]
        return kind, []

    def change(self, i):
        c, x = self.c, self.variables[i]
        kind = c.choice(["number", "number", "tensor", "tensor", "unary", "fill_", "copy_", "clamp_", "set_", "masked_fill_", "index_add_", "zero_"])
        like = [str(k) for k, y in enumerate(self.variables) if list(y.shape) == list(x.shape)]
        if kind == "number":
            return c.choice(["mul_", "add_", "sub_", "div_"]), [c.choice([2, -0.5, 1.5])]
        if kind == "tensor":
            # A view changed by itself: torch's hooks see one of the two gradients, which no program should rely on.
            others = [k for k in like if k != str(i)] if x._is_view() else like
            return (c.choice(["mul_", "add_", "sub_"]), [c.choice(others)]) if others else ("neg_", [])
        if kind == "copy_":
            return kind, [c.choice(like if c.random() < 0.7 else [str(k) for k in range(len(self.variables))])]
        if kind == "unary":
            return c.choice(IN_PLACE), []
        if kind in ("fill_", "masked_fill_"):
            return kind, [0.75]
        if kind == "clamp_":
            return kind, [-0.6, 0.7]
        if kind == "set_" and x.dim():
            part = [str(k) for k, y in enumerate(self.variables) if list(y.shape) == list(x.shape[1:])]
            return kind, [0, c.choice(part + [0.25])]
        if kind == "index_add_" and x.dim() == 1 and x.shape[0] > 0:
            part = [str(k) for k, y in enumerate(self.variables) if list(y.shape) == [1]]
            if part:
                return kind, [[0], c.choice(part)]
        return "zero_", []

    def run(self):
        c = self.c
        for _ in range(c.randint(4, 11)):
            v = self.variables
            draw = c.random()
            i = c.randrange(len(v)) if c.random() < 0.5 else len(v) - 1
            if draw < 0.32:
                s = ["n" if c.random() < 0.12 else "o"] + list(self.view(v[i]))
                s = [s[0], s[1], i, s[2]]
            elif draw < 0.42:
                s = ["o", c.choice(UNARY), i, []]
            elif draw < 0.50:
                like = [k for k, y in enumerate(v) if list(y.shape) == list(v[i].shape)]
                s = ["b", c.choice(["add", "mul", "sub", "maximum"]), i, c.choice(like)]
            elif draw < 0.74:
                if overlapping(v[i]):
                    continue  # what comes out depends on the order of writes
                op, args = self.change(i)
                s = ["j" if c.random() < 0.15 else "i", op, i, args]
            elif draw < 0.80:
                s = ["look", i]
            elif draw < 0.86:
                s = ["hook", i, c.choice([3, -2, 0.5])]
            elif draw < 0.90:
                s = ["retain", i]
            elif draw < 0.92:
                s = ["requires", i, c.random() < 0.7] if c.random() < 0.7 else ["o", "data", i, []]
            elif draw < 0.96:
                s = ["backward", i, c.random() < 0.8]
            else:
                s = ["grad", i, sorted({0, c.randrange(len(v))}), c.random() < 0.6]
            if not self.step(s):
                return self.end()
        last = len(self.variables) - 1
        if self.step(["grad", last, [0], True]):
            self.step(["backward", last, True])
        return self.end()

    def end(self):
        state = []
        if self.outcomes[-1] == 1 or self.statements[-1][0] != "backward":
            for x in self.variables:
                try:
                    leaf = x.is_leaf
                except RuntimeError:
                    leaf = "!"
                strides = [st if s > 1 else 0 for st, s in zip(x.stride(), x.shape)]
                state.append([list(x.shape), strides, x.requires_grad, leaf, numbers(x), numbers(x.grad)])
        return state


def numbers(t):
    if t is None:
        return None
    t = torch.zeros(t.shape) if t._is_zerotensor() else t.detach()
    return [float("%.8g" % value) for value in t.reshape(-1).tolist()]


def finite(value):
    if isinstance(value, list):
        return all(finite(v) for v in value)
    return not isinstance(value, float) or abs(value) < 1e5


def families():
    seed = int(os.environ.get("SEED", 20))
    count = int(os.environ.get("PROGRAMS", 260))
    cases, k = [], 0
    while len(cases) < count:
        k += 1
        walk = Walk("%d %d" % (seed, k))
        state = walk.run()
        if finite(state) and finite(walk.outcomes):
            cases.append({"n": "walk %d.%d" % (seed, k), "in": walk.inputs, "p": walk.statements, "o": walk.outcomes, "end": state})
    return [Rows("random programs", "walk", cases)]
