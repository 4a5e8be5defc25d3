"""Makes efficientnet_lite0.json: what PyTorch makes of the photos with the original float32 weights.

    python tests/goldens/make_efficientnet_lite0.py efficientnet-lite0-57934424.pth

The weights are those that weights/efficientnet-lite0 was made from; its README says where they come from.
The net is written here anew, from the table of EfficientNet-Lite (github.com/tensorflow/tpu, efficientnet/lite):
no squeeze and excitation, ReLU6, batch normalization with epsilon 1e-3, and TensorFlow's padding `same`, which puts
the odd row and column at the end.

By photo: `top`, the five most probable classes with their probabilities; `probabilities` of every 20th class; `pooled`,
every 20th of the 1,280 features before the classifier; and `rounded`, all of this with the 1x1 convolutions and the
classifier rounded to half precision, as the package has them, and computed in float32 all the same.

Made with PyTorch 2.13.0.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

HERE = Path(__file__).resolve().parent

# Kernel size, stride of the first block, expansion, channels, blocks.
STAGES = [
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
]


def same(x, kernel, stride):
    def both(size):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2

    return F.pad(x, (*both(x.shape[3]), *both(x.shape[2])))


def forward(weights, x):
    def conv(x, name, stride=1):
        kernel = weights[f"{name}.weight"]
        groups = x.shape[1] // kernel.shape[1]
        return F.conv2d(same(x, kernel.shape[2], stride), kernel, stride=stride, groups=groups)

    def norm(x, name):
        statistics = weights[f"{name}.running_mean"], weights[f"{name}.running_var"]
        return F.batch_norm(x, *statistics, weights[f"{name}.weight"], weights[f"{name}.bias"], eps=1e-3)

    x = F.relu6(norm(conv(x, "_conv_stem", 2), "_bn0"))
    index = 0
    for _, first_stride, expansion, channels, blocks in STAGES:
        for block in range(blocks):
            name = f"_blocks.{index}"
            stride = first_stride if block == 0 else 1
            before = x
            if expansion > 1:
                x = F.relu6(norm(conv(x, f"{name}._expand_conv"), f"{name}._bn0"))
            x = F.relu6(norm(conv(x, f"{name}._depthwise_conv", stride), f"{name}._bn1"))
            x = norm(conv(x, f"{name}._project_conv"), f"{name}._bn2")
            if stride == 1 and before.shape[1] == channels:
                x = x + before
            index += 1
    pooled = F.relu6(norm(conv(x, "_conv_head"), "_bn1")).mean((2, 3))
    return pooled, pooled @ weights["_fc.weight"].T + weights["_fc.bias"]


def short(numbers):
    return [float(f"{number:.6g}") for number in numbers]


def result(weights, path):
    picture = torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)[None]
    pooled, logits = (values[0] for values in forward(weights, (picture.float() - 127) / 128))
    top = logits.softmax(0).topk(5)
    return {
        "top": [[index, *short([p])] for index, p in zip(top.indices.tolist(), top.values.tolist())],
        "probabilities": short(logits.softmax(0)[::20].tolist()),
        "pooled": short(pooled[::20].tolist()),
    }


def rounded(weights):
    def half(values):
        return values.half().float() if values.dim() == 2 or values.shape[2:] == (1, 1) else values

    return {name: half(values) for name, values in weights.items()}


def main():
    weights = torch.load(sys.argv[1], weights_only=True)
    photos = sorted((HERE / "photos").glob("*.png"))
    with torch.inference_mode():
        results = {path.stem: result(weights, path) for path in photos}
        for path in photos:
            results[path.stem]["rounded"] = result(rounded(weights), path)
    (HERE / "efficientnet_lite0.json").write_text(json.dumps(results, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
