"""Convolution layers, plain and transposed."""
from modules import Modules


def layers():
    m = Modules("convolution layers")

    def add(name, args, kwargs, inputs, **flags):
        # They are the same in evaluation: one shows it.
        m.add(name, args, kwargs, inputs, **flags, **({} if not m.cases else {"train": [True]}))

    c = m.choose
    modes = ["zeros", "reflect", "replicate", "circular"]
    for rank, name, size in ((1, "Conv1d", [7]), (2, "Conv2d", [4, 5]), (3, "Conv3d", [3, 3, 4])):
        add(name, [3, 4, 3], {}, [m.x([2, 3, *size])], gg=True)
        add(name, [3, 4, 3], {"bias": False}, [m.x([3, *size])])
        add(name, [2, 4, 3, 2, 1], {}, [m.x([1, 2, *size])])
        add(name, [4, 2, 3, 1, 1, 1, 2, False], {}, [m.x([1, 4, *size])])
        add(name, [4, 2, [2, 1, 3][:rank]], {"groups": 2, "stride": [2, 1, 2][:rank], "padding": [1, 0, 2][:rank], "dilation": [1, 2, 1][:rank]}, [m.x([2, 4, *size])])
        add(name, [2, 2, 3], {"padding": 0, "dilation": 1, "stride": 2}, [m.x([0, 2, *size])])
        for mode in modes:
            for padding in (1, "same", "valid", [2, 0, 1][:rank]):
                add(name, [2, 2, c.choice([2, 3])], {"padding": padding, "padding_mode": mode, **c.choice([{}, {"dilation": 2} if padding == "same" and rank < 3 else {}])}, [m.x(([1] if c.random() < 0.7 else []) + [2, *size])])
            add(name, [2, 3, 3], {"padding": 1, "stride": 2, "padding_mode": mode}, [m.x([1, 2, *size])], gg=True)
        add(name, [2, 3, 3], {"padding": "same", "stride": 2}, [m.x([1, 2, *size])])
        add(name, [2, 3, 3], {"padding": "full"}, [m.x([1, 2, *size])])
        add(name, [2, 3, 3], {"padding_mode": "mirror"}, [m.x([1, 2, *size])])
        add(name, [2, 3, 3], {"padding": 9, "padding_mode": "reflect"}, [m.x([1, 2, *size])])
        add(name, [2, 3, 3], {"groups": 2}, [m.x([1, 2, *size])])
        add(name, [3, 2, 3], {"groups": 2}, [m.x([1, 3, *size])])
        add(name, [2, 4, 3], {"groups": 0}, [m.x([1, 2, *size])])
        add(name, [2, 3, 3], {}, [m.x([1, 3, *size])])
        add(name, [2, 3, 3], {}, [m.x(size)])
        add(name, [2, 3, 9], {}, [m.x([1, 2, *size])])
    for rank, name, size in ((1, "ConvTranspose1d", [4]), (2, "ConvTranspose2d", [3, 2]), (3, "ConvTranspose3d", [2, 3, 2])):
        add(name, [3, 2, 3], {}, [m.x([2, 3, *size])], gg=True)
        add(name, [3, 2, 2, 2], {"bias": False}, [m.x([3, *size])])
        add(name, [4, 2, 3, 2, 1, 1, 2], {}, [m.x([1, 4, *size])])
        add(name, [4, 2, [3, 2, 1][:rank]], {"groups": 2, "stride": [2, 3, 1][:rank], "padding": [1, 0, 0][:rank], "output_padding": [1, 2, 0][:rank], "dilation": [1, 2, 1][:rank]}, [m.x([2, 4, *size])])
        least = [s * 2 + 1 for s in size]  # kernel 3, stride 2
        for wanted in (least, [s + 1 for s in least], [1, 2, *least], [s + 2 for s in least], least[:1] + [least[0]] * rank):
            add(name, [2, 2, 3], {"stride": 2}, [m.x([1, 2, *size])], call_kw={"output_size": wanted})
        add(name, [2, 2, 3], {"stride": 2}, [m.x([2, *size])], call_kw={"output_size": [2, *least]})
        add(name, [2, 2, 3], {"padding_mode": "reflect"}, [m.x([1, 2, *size])])
        add(name, [2, 2, 3], {"output_padding": 1}, [m.x([1, 2, *size])])
        add(name, [2, 2, 3], {"padding": 0}, [m.x([0, 2, *size])])
        add(name, [2, 2, 3], {"padding": 9}, [m.x([1, 2, *size])])
        add(name, [2, 3, 3], {"groups": 2}, [m.x([1, 2, *size])])
        add(name, [2, 3, 3], {}, [m.x([1, 3, *size])])
    return m


def families():
    return [layers()]
