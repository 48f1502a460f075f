"""Makes the random draws of fixtures/rng-vectors.json again with the installed PyTorch, and compares: values and the generator's state.

    python conformance/rng_vectors.py            # says what differs
    python conformance/rng_vectors.py --write    # keeps what this PyTorch gives as `new`

The file holds which calls, what the newest PyTorch gives, and under `old` what earlier versions gave where that is something else
(1.13.1 and 2.6.0, built without MKL). Bytes are little-endian hex of the tensor in row-major order; long ones a SHA-256 and a head.
"""
import argparse
import hashlib
import json
import struct
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, RandomSampler, SubsetRandomSampler, WeightedRandomSampler, random_split

FIXTURE = Path(__file__).parent / "fixtures" / "rng-vectors.json"
LONGEST = 40  # elements written out
HEAD = 4


def data(t):
    t = t.detach().contiguous()
    return bytes(t.view(torch.uint8).flatten().tolist()) if t.numel() else b""


def record(t):
    raw, item = data(t), t.element_size()
    kept = {"hex": raw.hex()} if t.numel() <= LONGEST else {"sha": hashlib.sha256(raw).hexdigest()[:24], "head": raw[: HEAD * item].hex()}
    return {"dtype": str(t.dtype)[6:], "shape": list(t.shape), **kept}


def after(gen):
    state = gen.get_state()
    raw = bytes(state.tolist())
    cached = raw[5024:5032].hex() if struct.unpack_from("<i", raw, 5040)[0] else None
    words = hashlib.sha256(raw[:5016]).hexdigest()[:16]  # without the cached normal sample, which is libm's
    return [struct.unpack_from("<i", raw, 8)[0], struct.unpack_from("<Q", raw, 16)[0], words, cached]


def dtype(args):
    return getattr(torch, args.get("dtype", "float32"))




def transposed(args, fill=0.0):
    shape, strides = args["logical_shape"], args["strides"]
    return torch.full((shape[0] * shape[1],), fill, dtype=dtype(args)).as_strided(shape, strides)


INITS = {
    "nn.init.kaiming_uniform_": nn.init.kaiming_uniform_,
    "nn.init.kaiming_normal_": nn.init.kaiming_normal_,
    "nn.init.xavier_uniform_": nn.init.xavier_uniform_,
    "nn.init.xavier_normal_": nn.init.xavier_normal_,
    "nn.init.trunc_normal_": nn.init.trunc_normal_,
    "nn.init.kaiming_normal_(fan_out,relu)": lambda t: nn.init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
    "nn.init.trunc_normal_(std=0.02)": lambda t: nn.init.trunc_normal_(t, std=0.02),
}
LAYERS = {
    "nn.Linear(3,4)": lambda: nn.Linear(3, 4),
    "nn.Linear(10,5,bias=False)": lambda: nn.Linear(10, 5, bias=False),
    "nn.Linear(784,128)": lambda: nn.Linear(784, 128),
    "nn.Conv2d(1,6,5)": lambda: nn.Conv2d(1, 6, 5),
    "nn.Conv2d(8,8,3,groups=4)": lambda: nn.Conv2d(8, 8, 3, groups=4),
    "nn.Conv1d(3,4,3)": lambda: nn.Conv1d(3, 4, 3),
    "nn.ConvTranspose2d(3,4,3)": lambda: nn.ConvTranspose2d(3, 4, 3),
    "nn.Embedding(10,3)": lambda: nn.Embedding(10, 3),
    "nn.Embedding(5,3,padding_idx=0)": lambda: nn.Embedding(5, 3, padding_idx=0),
    "nn.Embedding(1000,64)": lambda: nn.Embedding(1000, 64),
    "nn.RNN(3,4)": lambda: nn.RNN(3, 4),
    "nn.GRU(3,4)": lambda: nn.GRU(3, 4),
    "nn.LSTM(3,4,2,bidirectional=True)": lambda: nn.LSTM(3, 4, 2, bidirectional=True),
    "nn.MultiheadAttention(8,2)": lambda: nn.MultiheadAttention(8, 2),
    "nn.TransformerEncoderLayer(8,2,16)": lambda: nn.TransformerEncoderLayer(8, 2, 16),
    "nn.Bilinear(3,4,5)": lambda: nn.Bilinear(3, 4, 5),
    "nn.Sequential(Linear(784,128),ReLU,Dropout,Linear(128,10))": lambda: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Dropout(), nn.Linear(128, 10)),
    "nn.Sequential(Conv2d(1,6,5),BatchNorm2d(6),Conv2d(6,16,5),Linear(256,120))": lambda: nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.Conv2d(6, 16, 5), nn.Linear(256, 120)
    ),
}


def draw(fn, a, seed):
    """What the call gives, and the generator that it moved."""
    gen = torch.manual_seed(seed)
    if "generator=" in fn:
        gen = torch.Generator().manual_seed(seed)
    given = {"generator": gen} if "generator=" in fn else {}
    if fn == "manual_seed / engine":
        state = bytes(gen.get_state().tolist())
        words = torch.empty(640, dtype=torch.int64).random_(0, 2**28)
        return {"value": {"sha": hashlib.sha256(state).hexdigest(), "initial": str(gen.initial_seed()), "words": hashlib.sha256(data(words)).hexdigest()[:24]}}, gen
    if fn == "normal_ sequence with cached sample":
        steps = [(1, 0.0, 1.0, "float32"), (3, 0.0, 1.0, "float64"), (5, 2.0, 0.5, "float32"), (16, 0.0, 1.0, "float32"), (1, 1.0, 3.0, "float64"), (17, 0.0, 1.0, "float64"), (2, 0.0, 1.0, "float32")]
        return {"value": [record(torch.empty(n, dtype=getattr(torch, d)).normal_(m, s)) for n, m, s, d in steps]}, gen
    if fn in LAYERS:
        return {"tensors": {k: record(v) for k, v in LAYERS[fn]().state_dict().items() if v.is_floating_point()}}, gen
    if fn in INITS:
        return record(INITS[fn](torch.empty(a["shape"], dtype=dtype(a)))), gen
    if fn.startswith("random_split"):
        return {"value": [list(p.indices) for p in random_split(range(a["n"]), a["lengths"], **given)]}, gen
    if fn.startswith("RandomSampler"):
        return {"value": list(RandomSampler(range(a["n"]), replacement=a["replacement"], num_samples=a["num_samples"], **given))}, gen
    if fn == "SubsetRandomSampler":
        return {"value": list(SubsetRandomSampler(range(100, 120)))}, gen
    if fn == "WeightedRandomSampler":
        return {"value": list(WeightedRandomSampler(a["weights"], a["num_samples"], a["replacement"]))}, gen
    if fn.startswith("DataLoader shuffle=False"):
        for _ in DataLoader(range(a["n"]), batch_size=a["batch_size"]):
            pass
        return {"value": "state"}, gen
    if fn.startswith("DataLoader"):
        loader = DataLoader(range(a["n"]), batch_size=a["batch_size"], shuffle=True, drop_last=a["drop_last"], **given)
        return {"value": [[b.tolist() for b in loader] for _ in range(3)]}, gen
    if fn.startswith("script"):
        model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 1))
        tensors = {**dict(model.state_dict()), "X": torch.randn(10, 4)}
        log = []
        for _ in range(2):
            for batch in DataLoader(range(10), batch_size=4, shuffle=True):
                mask = F.dropout(torch.ones(len(batch), 8), 0.5)
                log.append([batch.tolist(), "".join(str(int(v > 0)) for v in mask.flatten().tolist())])
        return {"tensors": {k: record(v) for k, v in tensors.items()}, "value": log}, gen
    x = None
    if fn == "torch.rand":
        x = torch.rand(a["size"], dtype=dtype(a))
    elif fn == "torch.randn":
        x = torch.randn(a["size"], dtype=dtype(a))
    elif fn == "Tensor.uniform_":
        x = torch.empty(a["size"], dtype=dtype(a)).uniform_(a["from"], a["to"])
    elif fn == "Tensor.normal_":
        x = torch.empty(a["size"], dtype=dtype(a)).normal_(a["mean"], a["std"])
    elif fn == "Tensor.exponential_":
        x = torch.empty(a["size"], dtype=dtype(a)).exponential_(a["lambd"])
    elif fn == "Tensor.uniform_ transposed":
        x = transposed(a).uniform_(a["from"], a["to"])
    elif fn == "Tensor.normal_ transposed":
        x = transposed(a).normal_()
    elif fn == "F.dropout(ones, strides (1,5))":
        x = F.dropout(transposed(a, 1.0), a["p"])
    elif fn == "F.dropout(ones)":
        x = F.dropout(torch.ones(a["shape"], dtype=dtype(a)), a["p"])
    elif fn == "nn.Dropout2d(ones)":
        x = nn.Dropout2d(a["p"])(torch.ones(a["shape"]))
    elif fn == "torch.randint":
        x = torch.randint(int(a["low"]), int(a["high"]), (a["size"],))
    elif fn == "Tensor.random_()":
        x = torch.empty(a["size"], dtype=dtype(a)).random_()
    elif fn == "torch.empty((),dtype=int64).random_()":
        return {"value": str(torch.empty((), dtype=torch.int64).random_().item())}, gen
    elif fn == "torch.randperm":
        x = torch.randperm(a["n"])
    elif fn == "Tensor.bernoulli_(float)":
        x = torch.empty(a["size"], dtype=dtype(a)).bernoulli_(a["p"])
    elif fn == "torch.bernoulli(tensor)":
        x = torch.bernoulli(torch.full((a["size"],), a["p_filled_with"], dtype=getattr(torch, a["p_dtype"]))).bool()
    elif fn == "torch.multinomial":
        return {"value": torch.multinomial(torch.tensor(a["probs"], dtype=dtype(a)), a["num_samples"], a["replacement"]).tolist()}, gen
    if x is None:
        raise SystemExit(f"no such call: {fn}")
    return record(x), gen


def vector(fn, args, seed):
    result, gen = draw(fn, args, seed)
    return {**result, "after": after(gen)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    fixture = json.loads(FIXTURE.read_text())
    wrong = 0
    for v in fixture["vectors"]:
        made = vector(v["fn"], v["args"], int(v["seed"]))
        if made != v["new"]:
            wrong += 1
            print("differs:", v["fn"], v["seed"], v["args"])
        v["new"] = made
    print(f"{len(fixture['vectors'])} draws, {wrong} differ in PyTorch {torch.__version__}")
    if options.write:
        fixture["torch"] = torch.__version__
        write(fixture)


def write(fixture):
    lines = ",\n".join(json.dumps(v, separators=(",", ":")) for v in fixture["vectors"])
    head = {k: v for k, v in fixture.items() if k != "vectors"}
    FIXTURE.write_text(json.dumps(head)[:-1] + ',\n"vectors":[\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main()
