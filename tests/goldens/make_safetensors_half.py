"""Writes half.safetensors with the format's own library: the types that Striate only reads, and float16.

    pip install safetensors==0.8.0 torch==2.13.0
    python tests/goldens/make_safetensors_half.py

tests/quick/safetensors.test.ts encodes the tensors of half_only.safetensors again and gets that file byte for byte.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

folder = Path(__file__).parent
half = {
    "kernel": torch.tensor([[0.1, -65504.0], [6e-8, float("inf")]], dtype=torch.float16),
    "bias": torch.tensor([1.5], dtype=torch.float16),
    "step": torch.tensor(7, dtype=torch.int64),
    "labels": torch.tensor([1, 2], dtype=torch.int32),
    "mask": torch.tensor([True, False, True]),
    "bytes": torch.tensor([0, 255], dtype=torch.uint8),
}
save_file(half, folder / "half_only.safetensors")
others = {
    "brain": torch.tensor([0.1, -3e38], dtype=torch.bfloat16),
    "half": torch.tensor([0.1, -65504.0], dtype=torch.float16),
    "i8": torch.tensor([-128, 127], dtype=torch.int8),
    "i16": torch.tensor([-32768, 32767], dtype=torch.int16),
    "u16": torch.tensor([0, 65535], dtype=torch.uint16),
    "u32": torch.tensor([0, 2**32 - 1], dtype=torch.uint32),
}
save_file(others, folder / "half.safetensors")
