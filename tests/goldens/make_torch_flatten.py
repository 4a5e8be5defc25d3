"""A small LeNet of PyTorch, whose linear layer follows a flatten of [channels, height, width], and what it predicts.

Usage: python tests/goldens/make_torch_flatten.py
"""
import json
import pathlib

import torch

HERE = pathlib.Path(__file__).parent
torch.manual_seed(3)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 3)
        self.fc = torch.nn.Linear(3 * 2 * 3, 4)

    def forward(self, x):
        return self.fc(torch.flatten(torch.relu(self.conv(x)), 1))


net = Net()
pictures = torch.randn(2, 2, 4, 5)
with torch.no_grad():
    predictions = net(pictures)
torch.save(net.state_dict(), HERE / "torch" / "flatten.pth")
(HERE / "torch" / "flatten.json").write_text(
    json.dumps({"pictures": pictures.flatten().tolist(), "predictions": predictions.flatten().tolist()}) + "\n"
)
