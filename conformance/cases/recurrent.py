"""Recurrent layers, with every option. Cells: recurrent_cells.py; packed sequences: sequences.py."""
from modules import Modules


def state_shape(kw, batch, hidden, width=None):
    n = kw.get("num_layers", 1) * (2 if kw.get("bidirectional") else 1)
    return [n] + ([] if batch is None else [batch]) + [width or hidden]


def layers():
    m = Modules("recurrent")
    c = m.choose

    def add(name, size, hidden, kw, steps, batch, state=True, **flags):
        """batch None: one sequence."""
        x = [steps] if batch is None else [batch, steps] if kw.get("batch_first") else [steps, batch]
        inputs = [m.x([*x, size])]
        if state:
            inputs.append(m.x(state_shape(kw, batch, hidden, kw.get("proj_size")), "h"))
            if name == "LSTM":
                inputs.append(m.x(state_shape(kw, batch, hidden), "h"))
        call = [{"$": 0}] if not state else [{"$": 0}, [{"$": 1}, {"$": 2}] if name == "LSTM" else {"$": 1}]
        m.add(name, [size, hidden], kw, inputs, call=call, **flags)

    for name in ("RNN", "GRU", "LSTM"):
        kinds = [{}, {"nonlinearity": "relu"}] if name == "RNN" else [{}, {"proj_size": 2}] if name == "LSTM" else [{}]
        for kind in kinds:
            for kw in ({}, {"bias": False}, {"batch_first": True}, {"bidirectional": True}, {"num_layers": 2}, {"num_layers": 3, "bidirectional": True, "batch_first": True},
                       {"num_layers": 2, "dropout": 0.5}, {"num_layers": 2, "dropout": 0.3, "bidirectional": True, "bias": False}):
                options = {**kw, **kind}
                drops = "dropout" in kw
                add(name, 2, 3, options, c.choice([2, 2, 7]), 3, train=[True, False] if drops and "bias" not in kw else [True], **({"g": False} if kind and drops else {}))
                if kw.get("num_layers") != 3:
                    add(name, c.choice([1, 2]), 3, options, c.choice([1, 2]), c.choice([1, 2]), state=c.random() < 0.5, gg=not drops and c.random() < 0.3, train=[True])
            add(name, 2, 3, kind, 4, None, train=[True, False])
            add(name, 2, 3, {**kind, "batch_first": True, "bidirectional": True}, 3, None, train=[True])
            add(name, 2, 3, {**kind, "num_layers": 2}, 2, None, state=False, train=[False])
            add(name, 1, 3, kind, 1, 1, gg=True, train=[True])
            add(name, 2, 3, kind, 3, 2, gg=True, train=[True])
            add(name, 2, 3, kind, 2, 0, train=[True])
        add(name, 1, 1, {}, 3, 2)
        add(name, 3, 9, {}, 3, 4, train=[True], g=False)
        add(name, 2, 3, {"num_layers": 2, "dropout": 1.0}, 3, 2, train=[True])
        add(name, 2, 3, {"num_layers": 2, "dropout": 0}, 3, 2, train=[True], g=False)
        add(name, 2, 3, {"dropout": 0.5}, 3, 2, train=[True], g=False)
        pair = lambda i, j: [{"$": i}, {"$": j}] if name == "LSTM" else {"$": i}
        # What torch refuses.
        add(name, 3, 4, {}, 0, 2)
        add(name, 3, 4, {"batch_first": True}, 0, 2, state=False)
        for shape in ([3], [2, 3, 1, 3], [], [5, 2, 4], [5, 4]):
            m.add(name, [3, 4], {}, [m.x(shape)])
        for shape in ([1, 3, 4], [2, 2, 4], [1, 2, 5], [2, 4], [1, 1, 2, 4], [4]):
            m.add(name, [3, 4], {}, [m.x([5, 2, 3]), m.x(shape), m.x(shape)], call=[{"$": 0}, pair(1, 2)])
            m.add(name, [3, 4], {}, [m.x([5, 3]), m.x(shape), m.x(shape)], call=[{"$": 0}, pair(1, 2)])
        for args, kw in (([3, 0], {}), ([0, 4], {}), ([3, 4, 0], {}), ([3, 4], {"dropout": 1.5}), ([3, 4], {"dropout": -0.1}), ([3, 4], {"dropout": True}), ([3, 4], {"bias": 1}), ([3, 4], {"proj_size": 4}), ([3, 4], {"proj_size": -1}), ([-1, 4], {}), ([3.5, 4], {})):
            m.add(name, args, kw, [m.x([5, 2, 3])])
        m.add(name, [3, 4], {}, [m.x([5, 2, 3], "i4")])
        m.add(name, [3, 4, 2], {}, [m.x([3, 2, 3])], train=[False], g=False)
        options = [2, False, True, 0.5, True]
        for count in (2, 3, 4, 5):
            m.add(name, [3, 4, *(options[:1] + ["relu"] + options[1:] if name == "RNN" else options)[:count]], {}, [m.x([2, 3, 3])], g=False)
    m.add("LSTM", [3, 4, 1, True, False, 0.0, False, 2], {}, [m.x([2, 3, 3])], g=False)
    m.add("RNN", [3, 4], {"nonlinearity": "gelu"}, [m.x([5, 2, 3])])
    m.add("RNN", [3, 4], {"proj_size": 0}, [m.x([5, 2, 3])])
    m.add("LSTM", [3, 4], {"proj_size": 2}, [m.x([5, 2, 3]), m.x([1, 2, 4]), m.x([1, 2, 4])], call=[{"$": 0}, [{"$": 1}, {"$": 2}]])
    m.add("LSTM", [3, 4], {}, [m.x([5, 2, 3]), m.x([1, 2, 4]), m.x([1, 2, 3])], call=[{"$": 0}, [{"$": 1}, {"$": 2}]])
    return m


def families():
    return [layers()]
