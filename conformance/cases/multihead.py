"""nn.MultiheadAttention."""
from modules import Modules


def multihead():
    m = Modules("MultiheadAttention")
    name = "MultiheadAttention"
    own = lambda: [{"$": 0}, {"$": 0}, {"$": 0}]
    both = lambda: [{"$": 0}, {"$": 1}, {"$": 1}]
    for kw in ({}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True}, {"dropout": 0.3}, {"batch_first": True}, {"batch_first": True, "dropout": 0.5, "add_bias_kv": True, "add_zero_attn": True}):
        m.add(name, [4, 2], kw, [m.x([2, 2, 4])], call=own(), train=[True])
        m.add(name, [2, 2], kw, [m.x([3, 2, 2])], call=own(), gg=True)
        m.add(name, [2, 1], kw, [m.x([3, 2])], call=own(), gg=True)
        m.add(name, [2, 2], kw, [m.x([2, 2, 2]), m.x([2, 2, 2])], call=both(), gg=True)
        m.add(name, [3, 3], kw, [m.x([2, 1, 3]), m.x([2, 1, 3]), m.x([2, 1, 3])], call_kw={"average_attn_weights": False})
        m.add(name, [3, 3], kw, [m.x([2, 2, 3])], call=own(), call_kw={"need_weights": False})
        m.add(name, [2, 2], {**kw, "kdim": 3}, [m.x([2, 2, 2]), m.x([2, 2, 3]), m.x([2, 2, 2])], gg=True)
        m.add(name, [4, 2], {**kw, "vdim": 3}, [m.x([2, 2, 4]), m.x([2, 2, 4]), m.x([2, 2, 3])], call_kw={"need_weights": False}, train=[True])
        m.add(name, [2, 1], {**kw, "kdim": 1, "vdim": 3}, [m.x([3, 2]), m.x([2, 1]), m.x([2, 3])])
    for first in (False, True):
        q, k = ([1, 2, 2], [1, 3, 2]) if first else ([2, 1, 2], [3, 1, 2])
        for more in ({}, {"add_bias_kv": True, "add_zero_attn": True}):
            for kind in "mn":
                for call_kw in ({}, {"need_weights": False}):
                    masks = [m.x(q), m.x(k), m.x([1, 3], kind), m.x([2, 3], kind), m.x([2, 2, 3], kind)]
                    for given in ({"key_padding_mask": {"$": 2}}, {"attn_mask": {"$": 3}}, {"attn_mask": {"$": 4}}, {"key_padding_mask": {"$": 2}, "attn_mask": {"$": 3}}):
                        m.add(name, [2, 2], {"batch_first": first, **more}, masks, call=both(), call_kw={**given, **call_kw}, train=[True])
    m.add(name, [4, 2], {}, [m.x([3, 4]), m.x([5, 4]), m.x([5], "m"), m.x([2, 3, 5], "n")], call=both(), call_kw={"key_padding_mask": {"$": 2}, "attn_mask": {"$": 3}})
    for call_kw in ({"is_causal": True}, {"is_causal": True, "need_weights": False}):
        m.add(name, [4, 2], {}, [m.x([3, 2, 4])], call=own(), call_kw=call_kw)
        m.add(name, [4, 2], {}, [m.x([3, 2, 4]), m.x([3, 3], "n")], call=own(), call_kw={**call_kw, "attn_mask": {"$": 1}})
        m.add(name, [4, 2], {}, [m.x([3, 2, 4]), m.x([3, 3], "m"), m.x([2, 3], "m")], call=own(), call_kw={**call_kw, "attn_mask": {"$": 1}, "key_padding_mask": {"$": 2}})
    for shape in ([3, 0, 4], [0, 2, 4], [1, 1, 4], [0, 4]):
        m.add(name, [4, 2], {}, [m.x(shape)], call=own())
    m.add(name, [4, 2], {}, [m.x([3, 2, 4]), m.x([0, 2, 4])], call=both())
    m.add(name, [4, 2], {}, [m.x([3, 2, 4]), m.x([0, 2, 4])], call=both(), call_kw={"need_weights": False})
    m.add(name, [1, 1], {}, [m.x([3, 2, 1])], call=own(), gg=True)
    m.add(name, [7, 7], {}, [m.x([2, 1, 7])], call=own(), train=[True])
    m.add(name, [8, 4, 0.2, False, True, True, None, None, True], {}, [m.x([2, 3, 8])], call=own(), train=[True])
    # Refused.
    m.add(name, [4, 3])
    m.add(name, [0, 1])
    m.add(name, [4, 0])
    for shapes in (([3, 2, 5], [3, 2, 4]), ([3, 2, 4], [3, 2, 5]), ([3, 2, 4], [4, 3, 4]), ([3, 2, 4], [3, 4]), ([3, 4], [3, 2, 4]), ([4], [4]), ([1, 3, 2, 4], [1, 3, 2, 4])):
        m.add(name, [4, 2], {}, [m.x(shapes[0]), m.x(shapes[1])], call=both())
    m.add(name, [4, 2], {}, [m.x([3, 2, 4]), m.x([4, 2, 4]), m.x([5, 2, 4])])
    for given, shape, kind in (("attn_mask", [3, 4], "m"), ("attn_mask", [2, 3, 3], "m"), ("attn_mask", [3], "m"), ("attn_mask", [3, 3], "i2"), ("key_padding_mask", [3, 2], "m"), ("key_padding_mask", [3], "m"), ("key_padding_mask", [2, 3], "i2")):
        m.add(name, [4, 2], {}, [m.x([3, 2, 4]), m.x(shape, kind)], call=own(), call_kw={given: {"$": 1}})
    return m


def families():
    return [multihead()]
