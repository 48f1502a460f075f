"""Convolutions and transposed convolutions."""
from harness import Family

from .elementwise import ref


def sizes(c, rank, options):
    """One number, or one for each axis."""
    return c.choice([c.choice(options), [c.choice(options) for _ in range(rank)]])


def add(f, *args, **flags):
    """Keeps only the first calls by chance that torch refuses."""
    f.add(*args, **flags)
    f.refused = getattr(f, "refused", 0) + ("err" in f.cases[-1])
    if "err" in f.cases[-1] and f.refused > 6:
        f.cases.pop()


def conv():
    f = Family("conv")
    c = f.choose
    for i in range(40):
        groups = c.choice([1, 1, 1, 2, 3])
        cin, cout = groups * c.choice([1, 1, 2, 3]), groups * c.choice([1, 2, 3])
        if i % 9 == 8:
            groups = cin
            cout = cin * c.choice([1, 2])
        kernel = [c.choice([1, 2, 3, 3, 5]), c.choice([1, 2, 3, 3, 4])]
        size = [c.choice([1, 3, 4, 5, 6, 7]), c.choice([1, 3, 4, 5, 7])]
        batch = c.choice([1, 1, 2, 3, 0] if i % 10 == 0 else [1, 2])
        kw = {}
        if c.random() < 0.5:
            kw["stride"] = sizes(c, 2, [1, 2, 3])
        if c.random() < 0.6:
            kw["padding"] = sizes(c, 2, [0, 1, 2, 3]) if c.random() < 0.85 or "stride" in kw else c.choice(["same", "valid"])
        if c.random() < 0.4:
            kw["dilation"] = sizes(c, 2, [1, 2, 3])
        if groups > 1:
            kw["groups"] = groups
        shape = ([batch] if i % 7 else []) + [cin, *size]
        inputs = [f.x(shape), f.x([cout, cin // groups, *kernel])]
        if c.random() < 0.6:
            inputs.append(f.x([cout]))
            add(f, "conv2d", inputs, None, kw, gg=c.random() < 0.3)
        else:
            add(f, "conv2d", inputs, ref(0, 1) + [None], kw, gg=c.random() < 0.3)
    f.add("conv2d", [f.x([1, 2, 4, 4]), f.x([3, 2, 2, 2]), f.x([3])], ref(0, 1), {"padding": 1, "bias": {"$": 2}})
    f.add("conv2d", [f.x([1, 2, 4, 4]), f.x([3, 3, 2, 2])])
    f.add("conv2d", [f.x([1, 2, 2, 2]), f.x([3, 2, 3, 3])])
    f.add("conv2d", [f.x([1, 2, 4, 4]), f.x([3, 2, 2, 2]), f.x([2])])
    for shape, weight in (([1, 2, 0, 3], [2, 2, 1, 1]), ([1, 2, 3, 3], [0, 2, 1, 1]), ([1, 2, 3, 3], [2, 2, 0, 1])):
        f.add("conv2d", [f.x(shape), f.x(weight)], None, {"padding": 1})
    for padding in ("same", 1):
        for kernel in ([2, 4], [4, 3], [1, 6]):
            f.add("conv2d", [f.x([1, 2, 5, 6]), f.x([2, 2, *kernel])], None, {"padding": padding, "dilation": c.choice([1, 2, [2, 1]])}, gg=True)
    # By position, as torch takes them.
    f.add("conv2d", [f.x([2, 4, 6, 5]), f.x([4, 2, 2, 2]), f.x([4])], ref(0, 1, 2) + [2, 1, 1, 2])
    f.add("conv1d", [f.x([2, 4, 6]), f.x([4, 2, 2]), f.x([4])], ref(0, 1, 2) + [1, 2, 2, 2])
    f.add("conv3d", [f.x([1, 2, 3, 4, 3]), f.x([2, 2, 2, 2, 2]), f.x([2])], ref(0, 1, 2) + [1, [1, 0, 1]])
    for i in range(24):
        groups = c.choice([1, 1, 2])
        kw = {k: v for k, v in {"stride": c.choice([1, 2, 3, [2]]), "padding": c.choice([0, 1, 2, 4]), "dilation": c.choice([1, 2, 3])}.items() if c.random() < 0.6}
        if "stride" not in kw and c.random() < 0.4:
            kw["padding"] = c.choice(["same", "valid"])
        if groups > 1:
            kw["groups"] = groups
        shape = [2, groups * c.choice([1, 3]), c.choice([1, 4, 5, 7, 11])][c.choice([0, 1]):]
        inputs = [f.x(shape), f.x([groups * c.choice([1, 2, 3]), shape[-2] // groups, c.choice([1, 2, 3, 4])])]
        if i % 3:
            inputs.append(f.x([inputs[1]["s"][0]]))
        add(f, "conv1d", inputs, ref(*range(len(inputs))) + [None] * (3 - len(inputs)), kw, gg=i % 2 == 0)
    f.add("conv1d", [f.x([0, 2, 5]), f.x([3, 2, 2]), f.x([3])])
    f.add("conv1d", [f.x([1, 2, 2]), f.x([3, 2, 3])])
    f.add("conv1d", [f.x([1, 1, 2, 2]), f.x([3, 1, 2])])
    return f


def conv3d():
    f = Family("conv3d")
    c = f.choose
    for i in range(28):
        groups = c.choice([1, 1, 1, 2, 3])
        cin, cout = groups * c.choice([1, 1, 2]), groups * c.choice([1, 2])
        kernel = [c.choice([1, 2, 3]), c.choice([1, 2, 3]), c.choice([1, 2, 3])]
        size = [c.choice([1, 2, 3, 5]), c.choice([2, 3, 4]), c.choice([1, 3, 4])]
        kw = {}
        if c.random() < 0.5:
            kw["stride"] = sizes(c, 3, [1, 2, 3])
        if c.random() < 0.7:
            kw["padding"] = sizes(c, 3, [0, 1, 2]) if c.random() < 0.75 or "stride" in kw else c.choice(["same", "valid"])
        if c.random() < 0.3:
            kw["dilation"] = sizes(c, 3, [1, 2])
        if groups > 1:
            kw["groups"] = groups
        shape = ([c.choice([1, 2])] if i % 5 else []) + [cin, *size]
        inputs = [f.x(shape), f.x([cout, cin // groups, *kernel])]
        if i % 2:
            inputs.append(f.x([cout]))
        add(f, "conv3d", inputs, ref(*range(len(inputs))) + [None] * (3 - len(inputs)), kw, gg=i % 3 == 0)
    f.add("conv3d", [f.x([0, 2, 3, 3, 3]), f.x([2, 2, 2, 2, 2]), f.x([2])])
    f.add("conv3d", [f.x([1, 2, 3, 3]), f.x([2, 2, 2, 2, 2])])
    f.add("conv3d", [f.x([3, 3, 3]), f.x([2, 2, 2, 2, 2])])
    f.add("conv3d", [f.x([1, 2, 3, 3, 3]), f.x([2, 2, 2, 2, 2]), f.x([3])])
    return f


def conv_transpose():
    f = Family("convTranspose")
    c = f.choose
    for rank, count in ((2, 32), (1, 20), (3, 20)):
        for i in range(count):
            groups = c.choice([1, 1, 2, 3])
            cin, perGroup = groups * c.choice([1, 1, 2]), c.choice([1, 2])
            kernel = [c.choice([1, 2, 3, 4] if rank < 3 else [1, 2, 3]) for _ in range(rank)]
            size = [c.choice([1, 2, 3, 4] if rank < 3 else [1, 2, 3]) for _ in range(rank)]
            kw = {}
            if c.random() < 0.6:
                kw["stride"] = sizes(c, rank, [1, 2, 3])
            if c.random() < 0.5:
                kw["padding"] = sizes(c, rank, [0, 1, 1, 2])
            if c.random() < 0.5:
                kw["outputPadding"] = sizes(c, rank, [0, 1, 1, 2])
            if c.random() < 0.4:
                kw["dilation"] = sizes(c, rank, [1, 2, 3])
            if groups > 1:
                kw["groups"] = groups
            shape = ([c.choice([1, 2])] if i % 5 else []) + [cin, *size]
            inputs = [f.x(shape), f.x([cin, perGroup, *kernel])]
            if i % 2:
                inputs.append(f.x([perGroup * groups]))
            add(f, "convTranspose%dd" % rank, inputs, ref(*range(len(inputs))) + [None] * (3 - len(inputs)), kw, gg=i % 3 == 0)
    f.add("convTranspose2d", [f.x([0, 2, 3, 3]), f.x([2, 3, 2, 2]), f.x([3])])
    f.add("convTranspose2d", [f.x([2, 4, 3, 3]), f.x([4, 1, 2, 3]), f.x([2])], ref(0, 1, 2) + [2, 1, 1, 2, 1])
    f.add("convTranspose2d", [f.x([1, 2, 3, 3]), f.x([3, 3, 2, 2])])
    f.add("convTranspose2d", [f.x([1, 4, 3, 3]), f.x([4, 3, 2, 2])], None, {"groups": 3})
    f.add("convTranspose2d", [f.x([1, 2, 3, 3]), f.x([2, 3, 2, 2]), f.x([2])])
    f.add("convTranspose2d", [f.x([1, 2, 1, 1]), f.x([2, 3, 2, 2])], None, {"padding": 1})
    f.add("convTranspose2d", [f.x([1, 2, 0, 3]), f.x([2, 3, 2, 2])])
    return f


def families():
    return [conv(), conv3d(), conv_transpose()]
