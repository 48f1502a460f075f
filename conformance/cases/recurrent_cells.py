"""Recurrent cells: one step."""
from modules import Modules


def cells():
    m = Modules("recurrent-cells")
    for name, kinds in (("RNNCell", [{}, {"nonlinearity": "relu"}]), ("LSTMCell", [{}]), ("GRUCell", [{}])):
        pair = lambda i, j: [{"$": i}, {"$": j}] if name == "LSTMCell" else {"$": i}
        for kind in kinds:
            for kw in ({}, {"bias": False}):
                for lead in ([3], [], [1], [0]):
                    options = {**kind, **kw}
                    m.add(name, [3, 4], options, [m.x([*lead, 3])], train=[True])
                    m.add(name, [2, 5], options, [m.x([*lead, 2]), m.x([*lead, 5]), m.x([*lead, 5])], call=[{"$": 0}, pair(1, 2)], gg=True, train=[True])
        m.add(name, [1, 1], {}, [m.x([2, 1])])
        for shape in ([2, 2, 3], [], [2, 4], [4]):
            m.add(name, [3, 4], {}, [m.x(shape)])
        for x, shape in (([2, 3], [3, 4]), ([2, 3], [2, 5]), ([2, 3], [1, 4]), ([2, 3], [2, 1, 4]), ([3], [5]), ([3], [2, 2])):
            m.add(name, [3, 4], {}, [m.x(x), m.x(shape), m.x(shape)], call=[{"$": 0}, pair(1, 2)])
        m.add(name, [3, 4], {}, [m.x([2, 3], "i3")])
        m.add(name, [3, 4, False], {}, [m.x([2, 3])], train=[True])
    m.add("RNNCell", [3, 4, True, "relu"], {}, [m.x([2, 3])], train=[True])
    m.add("RNNCell", [3, 4], {"nonlinearity": "gelu"}, [m.x([2, 3])])
    return m


def families():
    return [cells()]
