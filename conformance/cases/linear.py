"""Layers that are one matmul, and the ones that only rearrange."""
from harness import Family
from modules import Modules


def linear():
    m = Modules("linear layers")
    for kw in ({}, {"bias": False}):
        for shape in ([3, 4], [4], [0, 4], [2, 3, 4], [1, 1, 4], [2, 5], []):
            m.add("Linear", [4, 3], kw, [m.x(shape)], gg=True)
    m.add("Linear", [1, 1], {}, [m.x([2, 1])])
    m.add("Linear", [4, 0], {}, [m.x([2, 4])])
    m.add("Linear", [7, 11], {}, [m.x([5, 7])])
    m.add("Linear", [4, 3], {}, [m.x([2, 4], "i5", "c")])
    for shape in ([3], [2, 0], []):
        m.add("Identity", [], {}, [m.x(shape)])
    m.add("Identity", [54], {"unused": True}, [m.x([2, 3])])
    m.add("Linear", [0, 3], {}, [m.x([2, 0])], gg=True)
    m.add("Linear", [4, 3, False], {}, [m.x([2, 4])])
    return m


def functions():
    f = Family("linear")
    for shape in ([2, 4], [4], [2, 3, 4], [0, 4], [2, 3], []):
        f.add("linear", [f.x(shape), f.x([4])], gg=True)
        f.add("linear", [f.x(shape), f.x([3, 4]), f.x([3])], gg=True)
    f.add("linear", [f.x([2, 3, 4]), f.x([4]), f.x([])], gg=True)
    f.add("linear", [f.x([2, 4]), f.x([4]), f.x([1])])
    f.add("linear", [f.x([2, 4]), f.x([2, 3, 4])])
    return f


def rearranging():
    m = Modules("flatten and unflatten")
    for args, kw in (([], {}), ([0], {}), ([1, 2], {}), ([0, -2], {}), ([], {"start_dim": 2}), ([], {"start_dim": -2, "end_dim": -1}), ([2, 1], {}), ([0, 9], {})):
        m.add("Flatten", args, kw, [m.x([2, 3, 2, 1])], gg=True)
    m.add("Flatten", [], {}, [m.x([0, 3, 2])])
    m.add("Flatten", [0], {}, [m.x([])])
    m.add("Flatten", [], {}, [m.x([3])])
    for args in ([], [0, -2], [-2]):
        m.add("Flatten", args, {}, [m.x([])])
    for dim, size in ((1, [2, 3]), (-1, [3, 2]), (1, [-1, 2]), (1, [6]), (1, [4, 2]), (0, [1, 2]), (3, [1])):
        m.add("Unflatten", [dim, size], {}, [m.x([2, 6])], gg=True)
    return m


def families():
    return [linear(), functions(), rearranging()]
