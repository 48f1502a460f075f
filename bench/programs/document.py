"""The script of the second document, small model: MNIST by a DataLoader, ten epochs of Adam, each with an evaluation on both sets, and the best model
saved. `python document.py ROOT EPOCHS PATH`; document.mjs is the same in Hone."""
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

root, epochs, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def loader(train):
    data = datasets.MNIST(root, train=train, transform=transforms.Compose([transforms.ToTensor()]))
    return DataLoader(data, batch_size=200, shuffle=train)


class SmallSizeModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)

    def forward(self, x):
        return self.output(nn.Flatten()(x))


def test(batches, model, loss_fn):
    model.eval()
    loss, right = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            pred = model(x)
            loss += loss_fn(pred, y).item()
            right += torch.sum(torch.argmax(pred, axis=-1) == y).item()
    return loss / len(batches), right / len(batches.dataset)


train_loader, test_loader = loader(True), loader(False)
model, loss_fn = SmallSizeModel(), nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
best = torch.inf
for epoch in range(epochs):
    model.train()
    for x, y in train_loader:
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    train_loss, train_accuracy = test(train_loader, model, loss_fn)
    loss, accuracy = test(test_loader, model, loss_fn)
    print(f"Epoch[{epoch + 1}/{epochs}] {train_loss:.5f} {train_accuracy:.5f} {loss:.5f} {accuracy:.5f}")
    if loss < best:
        best = loss
        torch.save(model.state_dict(), path)
