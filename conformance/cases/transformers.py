"""The layers and stacks of transformers."""
from modules import Modules

OPTIONS = ({}, {"norm_first": True}, {"batch_first": True}, {"activation": "gelu"}, {"bias": False}, {"layer_norm_eps": 0.01, "norm_first": True, "batch_first": True}, {"dropout": 0.0})


def layers():
    m = Modules("transformer layers")
    for kw in OPTIONS:
        kw = {"dim_feedforward": 3, **kw}
        m.add("TransformerEncoderLayer", [4, 2], kw, [m.x([2, 3, 4])], train=[True])
        m.add("TransformerEncoderLayer", [2, 2], kw, [m.x([3, 2])])
        m.add("TransformerEncoderLayer", [2, 1], kw, [m.x([3, 3, 2]), m.x([3, 3], "m"), m.x([3, 3], "m")], call=[{"$": 0}], call_kw={"src_mask": {"$": 1}, "src_key_padding_mask": {"$": 2}})
        m.add("TransformerDecoderLayer", [4, 2], kw, [m.x([2, 2, 4]), m.x([2, 2, 4])], train=[True])
        m.add("TransformerDecoderLayer", [2, 2], kw, [m.x([3, 2]), m.x([2, 2])], train=[False])
        m.add("TransformerDecoderLayer", [2, 1], kw, [m.x([3, 3, 2]), m.x([3, 3, 2]), m.x([3, 3], "n"), m.x([3, 3], "m"), m.x([3, 3], "n"), m.x([3, 3], "m")], call=[{"$": 0}, {"$": 1}],
              call_kw={"tgt_mask": {"$": 2}, "memory_mask": {"$": 3}, "tgt_key_padding_mask": {"$": 4}, "memory_key_padding_mask": {"$": 5}})
    m.add("TransformerEncoderLayer", [4, 2, 3, 0.5, "gelu", 1e-4, True, True, False], {}, [m.x([2, 3, 4])])
    m.add("TransformerDecoderLayer", [4, 2, 3, 0.5], {}, [m.x([2, 3, 4]), m.x([2, 3, 4])])
    for shape in ([3, 0, 4], [1, 1, 4]):
        m.add("TransformerEncoderLayer", [4, 2, 3], {}, [m.x(shape)])
    m.add("TransformerEncoderLayer", [4, 2, 3], {}, [m.x([3, 2, 4]), m.x([3, 3], "n")], call=[{"$": 0}, {"$": 1}], call_kw={"is_causal": True})
    m.add("TransformerDecoderLayer", [4, 2, 3], {}, [m.x([3, 2, 4]), m.x([2, 2, 4]), m.x([3, 3], "n"), m.x([3, 2], "n")], call=[{"$": i} for i in range(4)], call_kw={"tgt_is_causal": True, "memory_is_causal": True})
    # Refused.
    m.add("TransformerEncoderLayer", [4, 3])
    m.add("TransformerEncoderLayer", [4, 2], {"activation": "tanh"})
    m.add("TransformerDecoderLayer", [4, 2], {"dropout": 1.5})
    m.add("TransformerEncoderLayer", [4, 2, 3], {}, [m.x([3, 2, 5])])
    m.add("TransformerEncoderLayer", [4, 2, 3], {}, [m.x([3, 2, 4])], call_kw={"is_causal": True})
    m.add("TransformerDecoderLayer", [4, 2, 3], {}, [m.x([3, 2, 4]), m.x([3, 1, 4])])
    return m


def transformers():
    m = Modules("transformers")
    sizes = {"d_model": 2, "nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 2, "dim_feedforward": 3}
    for kw in OPTIONS:
        m.add("Transformer", [], {**sizes, **kw}, [m.x([2, 2, 2]), m.x([2, 2, 2])], train=[True])
    m.add("Transformer", [4, 2, 2, 1, 3, 0.2], {}, [m.x([3, 4]), m.x([2, 4])], train=[False])
    m.add("Transformer", [2, 1, 2, 1, 3], {"batch_first": True}, [m.x([3, 3, 2]), m.x([3, 3, 2]), *(m.x([3, 3], "n") for _ in range(6))], call=[{"$": 0}, {"$": 1}], call_kw={
        "src_mask": {"$": 2}, "tgt_mask": {"$": 3}, "memory_mask": {"$": 4}, "src_key_padding_mask": {"$": 5}, "tgt_key_padding_mask": {"$": 6}, "memory_key_padding_mask": {"$": 7}})
    m.add("Transformer", [2, 1, 1, 1, 3], {}, [m.x([3, 3, 2]), m.x([3, 3, 2]), *(m.x([3, 3], "n") for _ in range(3))], call=[{"$": 0}, {"$": 1}], call_kw={
        "src_mask": {"$": 2}, "tgt_mask": {"$": 3}, "memory_mask": {"$": 4}, "src_is_causal": True, "tgt_is_causal": True, "memory_is_causal": True})
    # Refused.
    m.add("Transformer", [4, 2, 1, 1, 3], {}, [m.x([3, 2, 4]), m.x([3, 3, 4])])
    m.add("Transformer", [4, 2, 1, 1, 3], {}, [m.x([3, 2, 4]), m.x([3, 2, 5])])
    m.add("Transformer", [4, 2, 1, 1, 3], {"batch_first": True}, [m.x([2, 3, 4]), m.x([3, 3, 4])])
    m.add("Transformer", [5, 2])
    return m


def families():
    return [layers(), transformers()]
