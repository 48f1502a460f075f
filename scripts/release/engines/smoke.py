"""What PyTorch computes where smoke.mjs computes with Hone: python smoke.py > smoke.json"""

import json

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(42)


def bits(tensor):
    return tensor.contiguous().numpy().astype("<f4").tobytes().hex()


out = {"rand": bits(torch.rand(5)), "randn": bits(torch.randn(20)), "randperm": torch.randperm(8).tolist()}
x = torch.randn(96, 20)
y = torch.randint(0, 4, (96,))
model = nn.Sequential(nn.Linear(20, 48), nn.ReLU(), nn.Dropout(0.25), nn.Linear(48, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
losses = []
for _ in range(30):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    losses.append(round(loss.item(), 6))
out["losses"] = losses
print(json.dumps(out))
