"""Writes onnx_exports.json: small nets as PyTorch exports them, with what PyTorch says about three inputs. Every net is
exported for a batch of 1 and for any batch. pip install torch onnx onnxscript
"""

import base64
import io
import json
import math
import pathlib
import warnings

import torch
import torch.nn.functional as F
from torch import nn

warnings.simplefilter("ignore")


class Flat(nn.Module):
    """AlexNet's and VGG's end: view(x.size(0), -1)."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.fc = nn.Linear(4 * 3 * 3, 5)

    def forward(self, x):
        x = F.relu(self.conv(x))
        return self.fc(x.view(x.size(0), -1))


class Shuffle(nn.Module):
    """ShuffleNet: groups of channels change places."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 8, 1, groups=2)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = self.b(F.relu(self.a(x)))
        n, c, h, w = x.size()
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)
        return self.fc(x.mean([2, 3]))


class Patches(nn.Module):
    """A vision transformer: a class token, positions, attention."""

    def __init__(self, first):
        super().__init__()
        self.first = first
        self.embed = nn.Conv2d(3, 8, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.positions = nn.Parameter(torch.randn(1, 5, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=first)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        n = x.shape[0]
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(n, -1, -1), x], 1) + self.positions
        y = self.norm(x)
        if not self.first:
            y = y.transpose(0, 1)
        y = self.attention(y, y, y, need_weights=False)[0]
        if not self.first:
            y = y.transpose(0, 1)
        return self.head((x + y)[:, 0])


class Windows(nn.Module):
    """Swin: a picture as windows, which go into the batch and out of it."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 4, 2, stride=2)
        self.mix = nn.Linear(4, 4)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.embed(x).permute(0, 2, 3, 1)
        b, h, w, c = x.shape
        y = x.view(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 4, c)
        y = torch.softmax(y @ self.mix(y).transpose(1, 2), -1) @ y
        y = y.view(b, h // 2, w // 2, 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
        return self.head((x + y).mean([1, 2]))


class UNet(nn.Module):
    """Up to the size of a skip connection."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 4, 3, padding=1)
        self.b = nn.Conv2d(4, 4, 3, stride=2, padding=1)
        self.c = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        a = F.relu(self.a(x))
        b = F.relu(self.b(a))
        b = F.interpolate(b, size=a.shape[2:], mode="bilinear", align_corners=False)
        return self.c(torch.cat([a, b], 1))


class Yolo(nn.Module):
    """Boxes by anchors and a grid of places."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2 * 5, 4, stride=4)
        ys, xs = torch.meshgrid(torch.arange(2.0), torch.arange(2.0), indexing="ij")
        self.register_buffer("grid", torch.stack((xs, ys), 2).view(1, 1, 2, 2, 2))
        self.register_buffer("anchors", torch.tensor([1.0, 2, 3, 4]).view(1, 2, 1, 1, 2))

    def forward(self, x):
        x = self.conv(x)
        bs, _, ny, nx = x.shape
        x = x.view(bs, 2, 5, ny, nx).permute(0, 1, 3, 4, 2).contiguous()
        xy, wh, conf = x.sigmoid().split((2, 2, 1), 4)
        y = torch.cat(((xy * 2 + self.grid) * 4, (wh * 2) ** 2 * self.anchors, conf), 4)
        return y.view(bs, 2 * ny * nx, 5)


class Ocr(nn.Module):
    """Columns of a text line as a sequence of classes, time first inside."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, (8, 3), padding=(0, 1))
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        x = self.conv(x)
        b, c, h, w = x.size()
        x = x.squeeze(2).permute(2, 0, 1)
        t, b, c = x.size()
        x = self.fc(x.reshape(t * b, c)).view(t, b, -1)
        return x.permute(1, 0, 2).softmax(2)


class Norms(nn.Module):
    """GroupNorm and InstanceNorm2d, which are exported by InstanceNormalization with 1 and 0, and LRN."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.group = nn.GroupNorm(2, 4)
        self.instance = nn.InstanceNorm2d(4)
        self.affine = nn.InstanceNorm2d(4, affine=True)
        self.lrn = nn.LocalResponseNorm(3)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        x = self.affine(self.instance(F.relu(self.group(self.conv(x)))))
        return self.fc(self.lrn(x).mean([2, 3]))


class Transformer(nn.Module):
    """A spatial transformer: the net turns its own picture."""

    def __init__(self):
        super().__init__()
        self.where = nn.Linear(3 * 8 * 8, 6)
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, x):
        theta = self.where(x.flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(theta, x.size(), align_corners=False)
        return self.conv(F.grid_sample(x, grid, align_corners=False)).flatten(1)


class Sums(nn.Module):
    """Einsum as attention writes it."""

    def __init__(self):
        super().__init__()
        self.qk = nn.Conv2d(3, 8, 1)
        self.head = nn.Linear(64, 3)

    def forward(self, x):
        b, _, h, w = x.shape
        q, k = self.qk(x).view(b, 2, 4, h * w).unbind(1)
        weights = torch.einsum("bci,bcj->bij", q, k) / 8
        return self.head(torch.einsum("bij,bcj->bi", weights.softmax(-1), x.flatten(2)))


class Folded(nn.Module):
    """Patches put together again: Col2Im."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 2, stride=2)

    def forward(self, x):
        y = self.conv(x).flatten(2)
        return F.fold(y, (8, 8), 2, stride=2)


class Fake(nn.Module):
    """Weights and activations rounded to 8 bits, as quantization-aware training does."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        x = torch.fake_quantize_per_tensor_affine(x, 0.02, 3, 0, 255)
        x = F.relu(self.conv(x))
        x = torch.fake_quantize_per_tensor_affine(x, 0.01, 0, -128, 127)
        return self.fc(x.mean([2, 3]))


class Squeezed(nn.Module):
    """Squeeze and excitation, depthwise convolutions, hard swish, a pooling to one place, pixel shuffle."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.depth = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.down, self.up = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(2, 3)

    def forward(self, x):
        x = F.hardswish(self.bn(self.a(x)))
        x = F.relu6(self.depth(x)) * F.hardsigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))))
        x = F.pixel_shuffle(x, 2)
        return self.fc(self.drop(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1)))


class Tokens(nn.Module):
    """Numbers that grow with the batch in more places: a repeated query, zeros as a state."""

    def __init__(self):
        super().__init__()
        self.query = nn.Parameter(torch.randn(2, 4))
        self.keys = nn.Conv2d(3, 4, 4, stride=4)
        self.cell = nn.Linear(8, 4)

    def forward(self, x):
        n = x.shape[0]
        keys = self.keys(x).flatten(2)
        query = self.query.unsqueeze(0).repeat(n, 1, 1)
        y = (query @ keys).softmax(-1) @ keys.transpose(1, 2)
        state = torch.zeros(n, 4, dtype=x.dtype)
        for i in range(2):
            state = torch.tanh(self.cell(torch.cat([state, y[:, i]], 1)))
        return state


NETS = {
    "flat": (Flat(), 8, 8),
    "shuffle": (Shuffle(), 6, 6),
    "patches": (Patches(True), 8, 8),
    "patchesTimeFirst": (Patches(False), 8, 8),
    "windows": (Windows(), 8, 8),
    "unet": (UNet(), 7, 9),
    "yolo": (Yolo(), 8, 8),
    "ocr": (Ocr(), 8, 10),
    "norms": (Norms(), 8, 8),
    "spatialTransformer": (Transformer(), 8, 8),
    "einsum": (Sums(), 8, 8),
    "folded": (Folded(), 8, 8),
    "fakeQuantized": (Fake(), 8, 8),
    "squeezed": (Squeezed(), 6, 6),
    "tokens": (Tokens(), 8, 8),
}


def export(net, x, **options):
    file = io.BytesIO()
    torch.onnx.export(net, (x,), file, input_names=["x"], output_names=["y"], opset_version=20, dynamo=False, **options)
    return base64.b64encode(file.getvalue()).decode()


def floats(x):
    return base64.b64encode(x.numpy().astype("<f4").tobytes()).decode()


nets = []
for name, (net, height, width) in NETS.items():
    torch.manual_seed(1)
    for parameter in net.parameters():
        bound = 1 / math.sqrt(parameter[0].numel() if parameter.dim() > 1 else 4)
        nn.init.uniform_(parameter, -bound, bound)
    net.eval()
    x = torch.rand(3, 3, height, width)
    y = net(x).detach()
    nets.append(
        {
            "name": name,
            "inputShape": [3, height, width],
            "inputs": floats(x),
            "outputShape": list(y.shape[1:]),
            "outputs": floats(y),
            "one": export(net, x[:1]),
            "any": export(net, x[:2], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}),
        }
    )
path = pathlib.Path(__file__).with_name("onnx_exports.json")
path.write_text(json.dumps({"torch": torch.__version__, "nets": nets}, indent=1) + "\n")
print(path.stat().st_size)
