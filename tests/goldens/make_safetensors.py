"""Writes official.safetensors with the format's own library, for tests/quick/safetensors.test.ts.

    pip install safetensors==0.8.0 numpy==2.4.6
    python tests/goldens/make_safetensors.py

The test also encodes the same tensors again and gets this file byte for byte, so the library reads what Striate writes.
To see that by hand, for any file:

    python -c "import sys, safetensors.numpy as s; print(s.load_file(sys.argv[1]))" FILE
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

tensors = {
    "conv1/kernel": (np.arange(18, dtype=np.float32) / 8 - 1).reshape(3, 3, 1, 2),
    "conv1/bias": np.array([0.5, -0.25], dtype=np.float32),
    "loss": np.array(0.1, dtype=np.float64),
    "step": np.array(2**53 + 1, dtype=np.int64),
    "labels": np.array([[-1, 2**31 - 1], [-(2**31), 7]], dtype=np.int32),
    "bytes": np.array([0, 1, 255], dtype=np.uint8),
    "mask": np.array([True, False, True, True, False]),
    "empty": np.zeros((0, 4), dtype=np.float32),
    'ключ "7"': np.array([1.5], dtype=np.float32),
}
save_file(tensors, Path(__file__).with_name("official.safetensors"), metadata={"format": "striate-test ü"})
