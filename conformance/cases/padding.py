"""Padding in every mode, as a function and as layers."""
from harness import Family
from modules import Modules

from .elementwise import ref


def padding():
    f = Family("padding")
    c = f.choose
    for mode in ("constant", "reflect", "replicate", "circular"):
        for axes, shapes in ((1, [[2, 5], [2, 3, 4], [1, 1, 1], [0, 2, 3]]), (2, [[2, 3, 4], [1, 2, 4, 3], [0, 1, 2, 2]]), (3, [[1, 2, 3, 2], [1, 1, 2, 3, 2]])):
            for shape in shapes:
                for _ in range(4):
                    pads = [c.choice([0, 1, 2, 1, 3, -1]) for _ in range(2 * axes)]
                    # torch's gradient of circular padding is wrong where one side is cut: checked by differences.
                    f.add("pad", [f.x(shape)], ref(0) + [pads, mode], {}, gg=c.random() < 0.3, g=mode != "circular" or min(pads) >= 0)
        for shape, pads in (([5], [1, 1]), ([2, 3, 4, 5], [1, 1]), ([2, 3], [1, 1, 1, 1]), ([2, 3, 4], [1]), ([2, 3, 4], [4, 0]), ([2, 3, 4], [-3, -3]), ([2, 3, 4], [-2, -2]), ([2, 3, 4], []), ([2, 3, 4], [5, 0]), ([2, 0, 4], [1, 1]), ([2, 3, 0], [1, 1])):
            f.add("pad", [f.x(shape)], ref(0) + [pads], {"mode": mode})
        f.add("pad", [f.x([2, 3, 4])], ref(0) + [[1, 1]], {"mode": mode, "value": 2.5})
        f.add("pad", [f.x([2, 3, 4], "i7", "c")], ref(0) + [[1, 2]], {"mode": mode})
    f.add("pad", [f.x([2, 3, 4])], ref(0) + [[1, 1], "mirror"])
    f.add("pad", [f.x([2, 3])], ref(0) + [[1, 0, 2, 1], "constant", -1.5], gg=True)
    f.add("pad", [f.x([2, 2, 2, 2])], ref(0) + [[1, 0, 0, 1, 1, 1, 2, 0]])
    return f


def layers():
    m = Modules("padding layers")
    full = {1: [2, 3, 4], 2: [1, 2, 3, 4], 3: [1, 1, 2, 2, 2]}
    for kind in ("Zero", "Constant", "Reflection", "Replication", "Circular"):
        for n in (1, 2, 3):
            name = "%sPad%dd" % (kind, n)
            value = [2.5] if kind == "Constant" else []
            several = [1, 0, 2, 1, 1, 1][:2 * n]
            negative = [-1, 1, 0, -1, 1, 0][:2 * n]
            for pads in (1, several, negative, 0):
                m.add(name, [pads] + value, {}, [m.x(full[n])], gg=pads == several, train=[False])
            m.add(name, [several] + value, {}, [m.x(full[n][1:])], train=[False])
            m.add(name, [several] + value, {}, [m.x([0] + full[n][1:])])
            m.add(name, [3] + value, {}, [m.x([1] * (n + 1) + [2])], train=[False])
            if n < 3:
                m.add(name, [5] + value, {}, [m.x(full[n])], train=[False])
            m.add(name, [1] + value, {}, [m.x([2])])
            m.add(name, [1] + value, {}, [m.x(full[n] + [2])], train=[False])
    return m


def families():
    return [padding(), layers()]
