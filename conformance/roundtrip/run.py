"""Trains 50 steps in PyTorch, 50 in Hone from its checkpoint, 50 in PyTorch again, and compares the losses with a run that never moved.

    python conformance/roundtrip/run.py        # from the repository, with PyTorch installed

The checkpoint is a .pth file of the model, the optimizer, the scheduler and the state of the random generator, which draws the batches and the
dropout masks. `torch.load` reads what Hone wrote with weights_only=True.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import torch.nn as nn

here = Path(__file__).parent
STEPS = 50
OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3, nesterov=True),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.003),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.003, amsgrad=True),
    "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.002, momentum=0.5, centered=True),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.02),
}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(20, 64)
        self.bn1 = nn.BatchNorm1d(64)
        self.drop = nn.Dropout(0.2)
        self.fc2 = nn.Linear(64, 5)

    def forward(self, x):
        return self.fc2(self.drop(torch.relu(self.bn1(self.fc1(x)))))


def data():
    source = torch.Generator().manual_seed(1)
    x = torch.randn(500, 20, generator=source)
    return x, (x @ torch.randn(20, 5, generator=source)).argmax(1)


class Run:
    def __init__(self, name):
        torch.manual_seed(0)
        self.x, self.y = data()
        self.model = Net()
        self.optimizer = OPTIMIZERS[name](self.model.parameters())
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, step_size=40, gamma=0.5)

    def steps(self, count):
        losses = []
        for _ in range(count):
            batch = torch.randint(0, 500, (32,))
            loss = nn.functional.cross_entropy(self.model(self.x[batch]), self.y[batch])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.scheduler.step()
            losses.append(loss.item())
        return losses

    def save(self, path):
        parts = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "scheduler": self.scheduler.state_dict()}
        torch.save({**parts, "rng": torch.get_rng_state(), "losses": []}, path)

    def load(self, path):
        checkpoint = torch.load(path, weights_only=True)
        self.model.load_state_dict(checkpoint["model"])
        self.optimizer.load_state_dict(checkpoint["optimizer"])
        self.scheduler.load_state_dict(checkpoint["scheduler"])
        torch.set_rng_state(checkpoint["rng"])
        return checkpoint["losses"]


def apart(a, b):
    return max(abs(x - y) / max(abs(y), 1e-3) for x, y in zip(a, b))


def main():
    torch.set_num_threads(1)
    for name in OPTIMIZERS:
        stayed = Run(name).steps(3 * STEPS)
        with tempfile.TemporaryDirectory() as folder:
            there, back = f"{folder}/there.pth", f"{folder}/back.pth"
            first = Run(name)
            losses = first.steps(STEPS)
            first.save(there)
            subprocess.run(["npx", "tsx", "--tsconfig", "tsconfig.tools.json", here / "continue.ts", name, there, back, str(STEPS)], check=True, stderr=subprocess.DEVNULL, cwd=here.parents[1])
            third = Run(name)
            torch.manual_seed(99)  # the state must come from the file
            in_hone = third.load(back)
            last = third.steps(STEPS)
        moved = losses + in_hone + last
        assert len(moved) == len(stayed)
        parts = [apart(moved[i : i + STEPS], stayed[i : i + STEPS]) for i in range(0, len(stayed), STEPS)]
        print(f"{name:8s} loss {stayed[0]:.4f} to {stayed[-1]:.4f}; largest relative difference: " + ", ".join(f"{p} {d:.1e}" for p, d in zip(("PyTorch", "Hone", "PyTorch again"), parts)))
        if max(parts) > 1e-3:
            sys.exit("the losses do not match")


if __name__ == "__main__":
    main()
