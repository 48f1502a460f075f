"""Pooling layers."""
from modules import Modules


def layers():
    m = Modules("pooling layers")

    def add(name, args, kwargs, inputs, **flags):
        # They are the same in evaluation: one shows it.
        m.add(name, args, kwargs, inputs, **flags, **({} if not m.cases else {"train": [True]}))

    for rank, size in ((1, [7]), (2, [5, 6]), (3, [3, 4, 3])):
        some = [3, 2, 1][:rank]
        x = lambda: m.x([2, 2, *size])
        for name in ("MaxPool%dd" % rank, "AvgPool%dd" % rank):
            add(name, [2], {}, [x()], gg=True)
            add(name, [3, 2], {}, [m.x([2, *size])])
            add(name, [3, 2, 1], {}, [x()])
            add(name, [some], {"stride": 2, "ceil_mode": True}, [x()])
            add(name, [some], {"padding": [1, 1, 0][:rank], "ceil_mode": True}, [x()])
            add(name, [2], {}, [m.x([0, 2, *size])])
            add(name, [9], {}, [x()])
            add(name, [2], {"padding": 2}, [x()])
            add(name, [2], {}, [m.x(size)])
        add("MaxPool%dd" % rank, [2], {"dilation": 2, "stride": 1}, [x()])
        add("MaxPool%dd" % rank, [2], {"return_indices": True, "padding": 1}, [x()])
        add("MaxPool%dd" % rank, [2, 2, 0, 1, True, True], {}, [m.x([2, *size], "t")])
        add("AvgPool%dd" % rank, [3], {"padding": 1, "count_include_pad": False}, [x()])
        add("AvgPool%dd" % rank, [3, 2, 1, True, False], {}, [x()])
        if rank > 1:
            add("AvgPool%dd" % rank, [2], {"divisor_override": 3}, [x()])
        for name in ("AdaptiveAvgPool%dd" % rank, "AdaptiveMaxPool%dd" % rank):
            for wanted in [1, 3] + ([[2, None, 3][:rank], [None, 4, 1][:rank]] if rank > 1 else [[4]]):
                add(name, [wanted], {}, [x()])
        add("AdaptiveMaxPool%dd" % rank, [2], {"return_indices": True}, [x()])
        add("AdaptiveMaxPool%dd" % rank, [2, True], {}, [m.x([2, *size])])
        add("LPPool%dd" % rank, [2, 3], {}, [x()], gg=True)
        add("LPPool%dd" % rank, [1.5, 2, 1], {"ceil_mode": True}, [m.x([1, 2, *size], "p")])
        # torch 2.15's LPPool1d multiplies by the tuple.
        add("LPPool%dd" % rank, [3, some if rank > 1 else 3], {"stride": some}, [m.x([1, 2, *size], "p")])
        add("LPPool%dd" % rank, [0, 2], {}, [x()])
        back = "MaxUnpool%dd" % rank
        add(back, [2], {}, [m.x([1, 2] + [2] * rank), m.x([1, 2] + [2] * rank, "i4", "c")])
        add(back, [3, 2, 1], {}, [m.x([2] + [2] * rank), m.x([2] + [2] * rank, "i9" if rank > 1 else "i3", "c")])
        add(back, [some], {"stride": 2}, [m.x([2] + [2] * rank), m.x([2] + [2] * rank, "i4", "c")])
        add(back, [2], {}, [m.x([1, 2] + [2] * rank), m.x([1, 2] + [2] * rank, "i4", "c")], call_kw={"output_size": [5] * rank})
        add(back, [2], {}, [m.x([1, 2] + [2] * rank), m.x([1, 2] + [2] * rank, "i4", "c")], call_kw={"output_size": [9] * rank})
    return m


def families():
    return [layers()]
