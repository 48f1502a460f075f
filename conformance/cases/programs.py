"""Views and in-place changes under autograd, hooks, and compositions: small programs, most of them drawn by chance."""
from harness import Family, numel

from .elementwise import ref


def v(name):
    return {"$": name}


def views_of(f, shape):
    """A random view: the operation, its arguments, and the shape that comes out."""
    c, n = f.choose, len(shape)
    kinds = ["unsqueeze"] + (["select", "narrow", "transpose", "slice", "flatten", "squeeze"] if n else []) + (["diagonal", "permute"] if n > 1 else [])
    kind = c.choice(kinds)
    if kind == "unsqueeze":
        d = c.randrange(n + 1)
        return kind, [d], shape[:d] + [1] + shape[d:]
    d = c.randrange(n)
    if kind == "select":
        return kind, [d, c.randrange(shape[d])], shape[:d] + shape[d + 1:]
    if kind == "narrow":
        length = c.randint(1, shape[d])
        return kind, [d, c.randint(0, shape[d] - length), length], shape[:d] + [length] + shape[d + 1:]
    if kind == "slice":
        start, step = c.randrange(shape[d]), c.choice([1, 2, 3])
        return kind, [d, start, None, step], shape[:d] + [-(-(shape[d] - start) // step)] + shape[d + 1:]
    if kind == "transpose":
        e = c.randrange(n)
        out = list(shape)
        out[d], out[e] = out[e], out[d]
        return kind, [d, e], out
    if kind == "permute":
        order = c.sample(range(n), n)
        return kind, [order], [shape[o] for o in order]
    if kind == "squeeze":
        return kind, [d], shape[:d] + shape[d + 1:] if shape[d] == 1 else shape
    if kind == "diagonal":
        return kind, [0], shape[2:] + [min(shape[:2])]
    return "view", [[-1]], [numel(shape)]


def change(f, name, shape):
    """A random in-place change of a variable."""
    c = f.choose
    kind = c.choice(["mul_", "add_", "mulTensor", "addTensor", "sigmoid_", "tanh_", "exp_", "fill_", "zero_", "copy_", "clamp_", "div_", "sub_", "square_", "neg_", "selfMul", "addAlpha"])
    if kind in ("mul_", "add_", "div_", "sub_"):
        return [name, kind, [v(name), c.choice([2, -0.5, 1.5])], {}]
    if kind == "fill_":
        return [name, kind, [v(name), 0.75], {}]
    if kind == "clamp_":
        return [name, kind, [v(name), -1, 1.25], {}]
    if kind == "copy_":
        return [name, kind, [v(name), v("scalar")], {}]
    if kind == "mulTensor":
        return [name, "mul_", [v(name), v("scalar")], {}]
    if kind == "addTensor":
        return [name, "add_", [v(name), v("scalar")], {}]
    if kind == "addAlpha":
        return [name, "add_", [v(name), v("scalar")], {"alpha": -2.5}]
    if kind == "selfMul":
        return [name, "mul_", [v(name), v(name)], {}]
    return [name, kind, [v(name)], {}]


def fuzz():
    f = Family("in-place and views")
    c = f.choose
    while len(f.cases) < 180:
        shape = c.choice([[4], [3, 4], [2, 3, 2], [3, 3], [1, 5], [2, 1, 3]])
        prog = [["b", "mul", [{"$": 0}, 1.0], {}], ["scalar", "mul", [{"$": 1}, 1.5], {}]]
        variables = {"b": shape}
        changed = 0
        for step in range(c.randint(2, 6)):
            name = c.choice(list(variables))
            draw = c.random()
            if draw < 0.45:
                op, args, out = views_of(f, variables[name])
                if numel(out) == 0:
                    continue
                prog.append(["v%d" % step, op, [v(name)] + args, {}])
                variables["v%d" % step] = out
            elif draw < 0.85:
                prog.append(change(f, name, variables[name]))
                changed += 1
            else:
                prog.append(["r%d" % step, c.choice(["sin", "square", "sigmoid", "exp"]), [v(name)], {}])
                variables["r%d" % step] = variables[name]
        if changed:
            f.program([f.x(shape, "h"), f.x([], "n", "c")], prog, list(variables), name="program", may=True)
    return f


def handmade():
    f = Family("autograd")
    x = lambda *shape, kind="n": f.x(list(shape), kind, "c")
    # A leaf, or a view of one, must not change in place while recording.
    f.program([x(3)], [["y", "mul_", ref(0) + [2], {}]], ["y"], name="leaf in place")
    f.program([x(3, 2)], [["v", "select", ref(0) + [0, 1], {}], ["y", "mul_", [v("v"), 2], {}]], ["y"], name="leaf view in place")
    # Saved values that change make backward throw.
    for op in ("exp", "sigmoid", "tanh", "sqrt", "square", "sin", "log", "relu", "abs", "reciprocal", "cos", "neg"):
        f.program([x(3, kind="p")], [["a", "mul", ref(0) + [2], {}], ["y", op, [v("a")], {}], ["a", "add_", [v("a"), 1], {}]], ["y"], name="%s, input changed" % op)
        f.program([x(3, kind="p")], [["a", "mul", ref(0) + [2], {}], ["y", op, [v("a")], {}], ["y", "mul_", [v("y"), 2], {}]], ["y"], name="%s, output changed" % op)
    for op in ("mul", "div", "add", "sub", "pow", "maximum", "atan2"):
        for changed in ("a", "b"):
            f.program([x(3, kind="p"), x(3, kind="p")], [["a", "mul", ref(0) + [2], {}], ["b", "mul", ref(1) + [2], {}], ["y", op, [v("a"), v("b")], {}], [changed, "mul_", [v(changed), 3], {}]], ["y"], name="%s, %s changed" % (op, changed))
    f.program([x(3, 2), x(2, 4)], [["a", "mul", ref(0) + [2], {}], ["y", "matmul", [v("a"), {"$": 1}], {}], ["a", "zero_", [v("a")], {}]], ["y"], name="matmul, input changed")
    f.program([x(3, 2)], [["a", "mul", ref(0) + [2], {}], ["r", "select", [v("a"), 0, 0], {}], ["y", "square", [v("a")], {}], ["r", "mul_", [v("r"), 3], {}]], ["y"], name="view of saved changed")
    # Shared uses, detach, hooks.
    f.program([x(3)], [["y", "mul", ref(0, 0), {}], ["z", "add", [v("y"), {"$": 0}], {}]], ["y", "z"], name="shared", gg=True)
    f.program([x(3)], [["d", "detach", ref(0), {}], ["y", "mul", [v("d"), {"$": 0}], {}]], ["y"], name="detach", gg=True)
    f.program([x(3)], [["a", "square", ref(0), {}], ["a", "hookScale", [v("a"), 3], {}], ["y", "sin", [v("a")], {}]], ["y"], name="hook")
    f.program([x(3)], [["h", "hookScale", [{"$": 0}, -2], {}], ["y", "sin", ref(0), {}]], ["y"], name="hook on a leaf")
    f.program([x(3)], [["a", "square", ref(0), {}], ["a", "hookScale", [v("a"), 3], {}], ["a", "hookScale", [v("a"), 0.5], {}], ["y", "sin", [v("a")], {}], ["z", "exp", [v("a")], {}]], ["y", "z"], name="two hooks")
    f.program([x(4)], [["a", "square", ref(0), {}], ["a", "hookScale", [v("a"), 3], {}], ["a", "mul_", [v("a"), 2], {}], ["y", "sin", [v("a")], {}]], ["y"], name="hook, then in place")
    f.program([x(4)], [["a", "square", ref(0), {}], ["p", "split", [v("a"), 2], {}], ["y", "stack", [v("p")], {}], ["z", "prod", [v("y"), 0], {}]], ["z"], name="list", gg=True)
    for _ in range(3):
        f.program([x(2, 3), x(4, 3), x(4), x(4), x(2, kind="n")], [["h", "linear", ref(0, 1, 2), {}], ["t", "tanh", [v("h")], {}], ["s", "logSoftmax", [v("t"), 1], {}], ["m", "mul", [v("s"), {"$": 3}], {}], ["k", "sum", [v("m"), 1], {}], ["y", "mul", [v("k"), {"$": 4}], {}]], ["y"], name="network", gg=True)
        f.program([x(2, 1, 5, 5), x(3, 1, 3, 3), x(2, 12)], [["c", "conv2d", ref(0, 1) + [None], {"padding": 1}], ["t", "gelu", [v("c")], {}], ["p", "maxPool2d", [v("t"), 2], {}], ["f", "flatten", [v("p"), 1], {}], ["l", "linear", [v("f"), {"$": 2}], {}], ["y", "softmax", [v("l"), -1], {}]], ["y"], name="convolution network", gg=True)
    # Dtypes along the tape.
    for a, b in (("float32", "float64"), ("float64", "float32")):
        f.program([x(3, 2)], [["a", "to", ref(0) + [a], {}], ["b", "to", [v("a"), b], {}], ["y", "mul", [v("b"), {"$": 0}], {}]], ["y"], name="dtypes", only64=True)
    f.program([x(3), f.x([3], "i5", "c")], [["y", "mul", ref(0, 1), {}], ["z", "div", [{"$": 1}, {"$": 0}], {}]], ["y", "z"], name="int operand", gg=True)
    return f


def families():
    return [handmade(), fuzz()]
