"""What Hone writes, read by PyTorch: `python conformance/reads.py [values|run|all]`.

`values` compares files that conformance/writes.ts makes with what they are to hold. `run` trains 50 steps here, 50 in Hone from that
checkpoint, and 50 here again from Hone's, and compares the losses with a run that never moved. Not part of the tests: it needs PyTorch.
"""

import collections
import math
import pathlib
import subprocess
import sys
import tempfile

import torch

ROOT = pathlib.Path(__file__).parent.parent


def write(folder):
    command = ["npx", "tsx", "--tsconfig", "tsconfig.tools.json", "conformance/writes.ts", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)


def same(a, b):
    """Equal as values and as types; NaN equals itself."""
    if isinstance(b, torch.Tensor):
        return isinstance(a, torch.Tensor) and a.dtype == b.dtype and a.shape == b.shape and torch.equal(torch.nan_to_num(a.detach(), 7), torch.nan_to_num(b, 7))
    if type(a) is not type(b):
        return False
    if isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(b, dict):
        return list(map(repr, a)) == list(map(repr, b)) and all(same(a[k], b[k]) for k in b)
    if isinstance(b, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b) or a != a and b != b
    return a == b


def check(what, value, wanted):
    if not same(value, wanted):
        raise SystemExit(f"{what} is {value!r}, expected {wanted!r}")


def values(folder):
    v = torch.load(folder / "values.pth", weights_only=True)
    check("none", v["none"], None)
    check("booleans", [v["true"], v["false"]], [True, False])
    check("ints", v["ints"], [0, 1, 255, 256, 65535, 65536, -1, -128, -129, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, 1 - 2**53])
    check("bigints", v["bigints"], [-(2**53), 2**64, -(2**70), 2**2000, 127, 128, -128, -32768, 2**63, -(2**63)])
    check("floats", v["floats"], [0.5, -0.0, -1.5, 1e300, 5e-324, math.inf, -math.inf, math.nan])
    check("strings", v["strings"], ["", "plain", "ä 한 😀", "line\nbreak", "x" * 300])
    check("map", list(v["map"].items()), [(1, "bool"), ("1", "str"), (0.5, "float")])  # True and 1 are one key in Python
    check("set", v["set"], {1, 2, 3})
    check("int keys", v["int keys"], {0: "a", 10: "b", -3: "c"})
    check("str keys", v["str keys"], collections.OrderedDict([("0", torch.zeros(1))]))
    check("mixed keys", v["mixed keys"], {"0": "a", "b": 1})
    check("empty", v["empty"], [[], {}, {}, set()])
    check("shared", v["shared"][0] is v["shared"][1], True)
    check("many", v["many"], list(range(3000)))
    check("float32", v["float32"], torch.tensor([0.1, -0.0, math.inf, math.nan]))
    check("float64", v["float64"], torch.tensor([0.1, 1e-300], dtype=torch.float64))
    check("int32", v["int32"], torch.tensor([1, -(2**31)], dtype=torch.int32))
    check("int64", v["int64"], torch.tensor([1, -(2**63)]))
    check("uint8", v["uint8"], torch.tensor([0, 255], dtype=torch.uint8))
    check("bool", v["bool"], torch.tensor([True, False]))
    check("scalar", v["scalar"], torch.tensor(2.5))
    check("no elements", v["no elements"], torch.zeros(2, 0, 3))
    check("needs grad", v["needs grad"].requires_grad, True)
    check("typed array", v["typed array"], torch.tensor([1.5, 2.5], dtype=torch.float64))
    torch.set_rng_state(v["rng"])
    check("the file, by mmap", torch.load(folder / "values.pth", weights_only=True, mmap=True)["many"], v["many"])
    check("the file, by pickle", torch.load(folder / "values.pth", weights_only=False)["many"], v["many"])

    v = torch.load(folder / "views.pth", weights_only=True)
    base = torch.arange(24.0)
    wanted = {"base": base, "matrix": base.view(4, 6), "transposed": base.view(4, 6).t(), "row": base.view(4, 6)[2], "expanded": base[:2].unsqueeze(0).expand(3, 2)}
    for name, tensor in wanted.items():
        check(name, v[name], tensor)
        check(f"the layout of {name}", (v[name].stride(), v[name].storage_offset()), (tensor.stride(), tensor.storage_offset()))
        check(f"the storage of {name}", v[name].untyped_storage()._cdata, v["base"].untyped_storage()._cdata)
    check("shared storages", v["one"].untyped_storage()._cdata, v["same storage"].untyped_storage()._cdata)

    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    state = torch.load(folder / "state-dict.pt", weights_only=True)
    check("a state dict", state, collections.OrderedDict(net.state_dict()))
    net.load_state_dict(state)
    try:
        from safetensors.torch import load_file

        check("safetensors", dict(sorted(load_file(folder / "state-dict.safetensors").items())), dict(sorted(net.state_dict().items())))
    except ImportError:
        print("safetensors is not installed: its file was not read")

    v = torch.load(folder / "optimizers.pth", weights_only=True)
    net.load_state_dict(v["model"])
    for name, state in v["states"].items():
        optimizer = getattr(torch.optim, name)(net.parameters(), lr=1)
        scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [9])
        optimizer.load_state_dict(state["optimizer"])
        scheduler.load_state_dict(state["scheduler"])
        check(f"{name}'s number of states", len(optimizer.state), 4)
        check(f"{name}'s milestones", scheduler.milestones, collections.Counter([1, 3, 3]))
        check(f"{name}'s epoch", scheduler.last_epoch, 1)
        for group in optimizer.param_groups:
            check(f"{name}'s betas", type(group.get("betas", ())), tuple)
        net(torch.randn(5, 4)).square().mean().backward()
        optimizer.step()
        scheduler.step()
    print("values: everything that Hone wrote is what PyTorch reads")


class Run:
    def __init__(self):
        torch.manual_seed(11)
        self.x, self.y = torch.randn(40, 6), torch.randint(3, (40,))
        self.model = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.BatchNorm1d(16), torch.nn.Tanh(), torch.nn.Linear(16, 3))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 20, 0.5)

    def train(self, steps):
        losses = []
        for _ in range(steps):
            self.optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(self.model(self.x), self.y)
            loss.backward()
            self.optimizer.step()
            self.scheduler.step()
            losses.append(loss.item())
        return losses

    def state(self):
        return {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "scheduler": self.scheduler.state_dict()}

    def load(self, state):
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])


def run(folder):
    stayed = Run().train(150)
    first = Run()
    losses = first.train(50)
    torch.save({"x": first.x, "y": first.y, **first.state()}, folder / "start.pth")
    write(folder)
    middle = torch.load(folder / "middle.pth", weights_only=True)
    losses += middle["losses"]
    last = Run()
    last.load(middle)
    losses += last.train(50)
    worst = max(abs(a - b) / abs(b) for a, b in zip(losses, stayed, strict=True))
    print(f"run: 50 steps in PyTorch, 50 in Hone, 50 in PyTorch; the losses differ by at most {worst:.1e} from 150 in PyTorch (last: {losses[-1]:.7f} and {stayed[-1]:.7f})")
    if worst > 1e-4:
        raise SystemExit("too much")


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "all"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if what in ("run", "all"):
            run(folder)
        else:
            write(folder)
        if what in ("values", "all"):
            values(folder)


if __name__ == "__main__":
    main()
