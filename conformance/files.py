"""Files as PyTorch writes them, for Hone to read: `python conformance/files.py` makes fixtures/files/ anew.

Each file comes with what it holds, told in expected.json: tensors as {"$": "tensor", dtype, shape, strides, offset, storage, values},
other values of Python by their type. src/formats/torch/fixtures.test.ts reads both.
"""

import collections
import io
import json
import math
import pathlib
import zipfile

import torch

FOLDER = pathlib.Path(__file__).parent / "fixtures" / "files"


def plain(value):
    """A number as JSON has it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"$": "int", "text": str(value)}
    if math.isfinite(value) and not (value == 0 and math.copysign(1, value) < 0):
        return value
    return {"$": "float", "text": "-0" if value == 0 else str(value)}


class Teller:
    """Tells a value; storages are numbered in the order in which they are met."""

    def __init__(self):
        self.storages = {}

    def tell(self, value):
        if isinstance(value, torch.Tensor):
            pointer = value.untyped_storage()._cdata
            number = self.storages.setdefault(pointer, len(self.storages))
            wide = value.detach().double() if value.is_floating_point() else value
            flat = wide.contiguous().reshape(-1).tolist() if value.dtype != torch.uint64 else [int(v) for v in value.reshape(-1)]
            return {
                "$": "tensor",
                "dtype": str(value.dtype)[6:],
                "shape": list(value.shape),
                "strides": list(value.stride()),
                "offset": value.storage_offset(),
                "storage": number,
                "requiresGrad": value.requires_grad,
                "values": [plain(v) for v in flat],
            }
        if isinstance(value, dict):
            return {"$": type(value).__name__, "entries": [[self.tell(k), self.tell(v)] for k, v in value.items()]}
        if isinstance(value, list):
            return {"$": "list", "items": [self.tell(v) for v in value]}
        if isinstance(value, tuple):
            return {"$": "tuple", "items": [self.tell(v) for v in value]}
        if isinstance(value, (set, frozenset)):
            return {"$": "set", "items": [self.tell(v) for v in sorted(value)]}
        if isinstance(value, (bytes, bytearray)):
            return {"$": "bytes", "items": list(value)}
        if isinstance(value, (torch.device, torch.dtype)):
            return str(value)
        return value if isinstance(value, str) else plain(value)


def network():
    torch.manual_seed(7)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.Flatten(), torch.nn.Linear(12, 2))


def trained(optimizer, scheduler):
    """A checkpoint as training loops write it, after three steps."""
    model = network()
    optimizer = optimizer(model.parameters())
    scheduler = scheduler(optimizer)
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.randn(4, 1, 4, 4)).square().mean().backward()
        optimizer.step()
        scheduler.step()
    return {
        "epoch": 3,
        "best": 0.25,
        "name": "run ä 한",
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler_state_dict": scheduler.state_dict(),
        "rng": torch.get_rng_state()[:64].clone(),
        "args": None,
    }


def views():
    base = torch.arange(24, dtype=torch.float32)
    shared = torch.zeros(3)
    return {
        "base": base,
        "matrix": base.view(4, 6),
        "transposed": base.view(4, 6).t(),
        "row": base.view(4, 6)[2],
        "every third": base[1::3],
        "expanded": base[:2].unsqueeze(0).expand(3, 2),
        "permuted": base.view(2, 3, 4).permute(2, 0, 1),
        "empty slice": base[24:],
        "one": shared,
        "same object": shared,
        "same storage": shared[:2],
        "tied": [shared, {"again": shared}],
    }


def dtypes():
    out = {}
    for name in "float64 float32 float16 bfloat16".split():
        values = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 3.14159, math.inf, -math.inf, math.nan]
        out[name] = torch.tensor(values, dtype=torch.float64).to(getattr(torch, name))
    for name in "uint8 int8 int16 int32 int64 uint16 uint32 uint64".split():
        dtype = getattr(torch, name)
        info = torch.iinfo(dtype)
        out[name] = torch.tensor([0, 1, info.min, min(info.max, 2**63 - 1), 100], dtype=dtype)
    for name in "float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu".split():
        out[name] = torch.arange(256, dtype=torch.int32).to(torch.uint8).view(getattr(torch, name))
    out["bool"] = torch.tensor([True, False, True])
    out["half matrix"] = torch.arange(6).half().view(2, 3).t()
    return out


def values():
    shared = [1, 2]
    return {
        "none": None,
        "true": True,
        "false": False,
        "ints": [0, 1, 255, 256, 65535, 65536, -1, -128, -129, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, -(2**53), 2**64, -(2**70), 2**2000],
        "floats": [0.0, -0.0, 1.0, -1.5, 1e300, 5e-324, math.inf, -math.inf, math.nan],
        "strings": ["", "plain", "ä 한 😀", "line\nbreak", "x" * 300],
        "bytes": b"\x00ab\xff",
        "bytearray": bytearray(b"xy\x80"),
        "tuple": (1, "two", (3.5, [None])),
        "empty": [(), [], {}, set()],
        "set": {1, 2, 3},
        "frozenset": frozenset([4]),
        "size": torch.Size([2, 3]),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "int keys": {0: "a", 10: "b", -3: "c"},
        "mixed keys": {0: "a", "b": 1},
        "clashing keys": {1: "int", "1": "str"},
        "other keys": {(1, 2): "tuple", None: "none", 0.5: "float"},
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "counter": collections.Counter([2, 4, 4]),
        "defaultdict": collections.defaultdict(list, {"a": [1]}),
        "shared": [shared, shared],
        "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        "frozen": torch.nn.Parameter(torch.tensor([1.0, 2.0]), requires_grad=False),
        "needs grad": torch.tensor([3.0], requires_grad=True),
        "scalar": torch.tensor(2.5),
        "no elements": torch.zeros(2, 0, 3),
        "many": list(range(3000)),
    }


def with_attribute():
    """A tensor with an attribute of Python's, which PyTorch pickles in another way."""
    x = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    x.note = "hello"
    return {"x": x}


def repacked(data, method):
    """The same entries in a zip file as other tools write it; but for the paths of the machine that TorchScript notes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", method) as target:
        for info in source.infolist():
            if not info.filename.endswith(".debug_pkl"):
                target.writestr(info.filename, source.read(info))
    return out.getvalue()


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    expected = {}

    def write(name, value, data=None, **options):
        (FOLDER / name).write_bytes(saved(value, **options) if data is None else data)
        expected[name] = Teller().tell(value)

    adam = lambda params: torch.optim.Adam(params, lr=0.01, amsgrad=True)
    sgd = lambda params: torch.optim.SGD(params, lr=0.1, momentum=0.9, nesterov=True)
    milestones = lambda optimizer: torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4, 4])
    plateau = lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 2)
    old = {"_use_new_zipfile_serialization": False}

    write("state-dict.pth", network().state_dict())
    write("state-dict-old.pth", network().state_dict(), **old)
    write("checkpoint-adam.pt", trained(adam, milestones))
    write("checkpoint-sgd-old.pt", trained(sgd, plateau), **old)
    write("views.pth", views())
    write("views-old.pth", views(), **old)
    write("values.pth", values())
    write("values-old.pth", values(), **old)
    for protocol in (3, 4, 5):
        write(f"values-protocol{protocol}.pth", values(), pickle_protocol=protocol)
    write("attribute.pth", with_attribute())
    write("bare-tensor.pth", torch.eye(3))

    write("dtypes.pth", dtypes())
    # The old container has no way to tell the newest dtypes.
    write("dtypes-old.pth", {k: v for k, v in dtypes().items() if not k.startswith(("float8", "uint1", "uint3", "uint6"))}, **old)
    data = saved(views())
    write("deflated.pth", views(), repacked(data, zipfile.ZIP_DEFLATED))
    write("stored-by-another-tool.pth", views(), repacked(data, zipfile.ZIP_STORED))
    torch.serialization.set_crc32_options(False)
    write("without-checksums.pth", network().state_dict())
    torch.serialization.set_crc32_options(True)
    big = zipfile.ZipFile(io.BytesIO(saved({"x": torch.tensor([1.0, 2.0]), "n": torch.tensor([3])})))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for info in big.infolist():
            data = big.read(info)
            if info.filename.endswith("byteorder"):
                data = b"big"
            elif info.filename.endswith("data/0"):
                data = b"".join(data[i : i + 4][::-1] for i in range(0, len(data), 4))
            elif info.filename.endswith("data/1"):
                data = data[::-1]
            target.writestr(info.filename, data)
    write("big-endian.pth", {"x": torch.tensor([1.0, 2.0]), "n": torch.tensor([3])}, out.getvalue())

    # What is refused, with a part of the reason.
    refused = {}

    def refuse(name, value, reason, **options):
        (FOLDER / name).write_bytes(saved(value, **options))
        refused[name] = reason

    refuse("model.pth", network(), "torch.nn.modules.container.Sequential")
    scope = {"torch": torch, "__name__": "__main__"}
    exec("class Net(torch.nn.Module): pass", scope)  # a class without a source file, which the old container would copy
    globals()["Net"] = scope["Net"]
    refuse("model-old.pth", scope["Net"](), "__main__.Net", **old)
    refuse("complex.pth", torch.ones(2, dtype=torch.complex64), "complex numbers")
    refuse("sparse.pth", torch.eye(2).to_sparse(), "sparse tensors")
    refuse("quantised.pth", torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "quantised tensors")
    refuse("python-complex.pth", {"z": 1j}, "complex numbers")
    refuse("function.pth", {"f": print}, 'Python\'s "builtins.print"')
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), script)
    (FOLDER / "script.pt").write_bytes(repacked(script.getvalue(), zipfile.ZIP_STORED))
    refused["script.pt"] = "TorchScript"

    text = json.dumps({"torch": torch.__version__.split("+")[0], "files": expected, "refused": refused}, separators=(",", ":"), ensure_ascii=False)
    (FOLDER / "expected.json").write_text(text + "\n")
    print(f"{len(expected) + len(refused)} files, {sum(f.stat().st_size for f in FOLDER.iterdir()) // 1024} KB")


if __name__ == "__main__":
    main()
