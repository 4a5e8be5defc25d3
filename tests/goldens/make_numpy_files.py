"""Writes small NumPy files for tests/quick/npy.test.ts and tests/quick/float16.test.ts into numpy/.

    pip install numpy==2.4.6
    python tests/goldens/make_numpy_files.py
"""

import json
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

folder = Path(__file__).with_name("numpy")
folder.mkdir(exist_ok=True)

grid = np.arange(24).reshape(2, 3, 4)
arrays = {
    "f2": np.array([0.1, -65504, 6e-8, np.inf, np.nan], "<f2"),
    "f4": np.array([[0.1, -3e38], [1e-40, np.inf]], "<f4"),
    "f8": np.array([0.1, 1e300], "<f8"),
    "i1": np.array([-128, 127], "i1"),
    "i2": np.array([-32768, 32767], "<i2"),
    "i4": np.array([-(2**31), 2**31 - 1], "<i4"),
    "i8": np.array([-(2**63), 2**53 + 1], "<i8"),
    "u1": np.array([0, 255], "u1"),
    "u2": np.array([0, 65535], "<u2"),
    "u4": np.array([0, 2**32 - 1], "<u4"),
    "b1": np.array([[True], [False]]),
    "scalar": np.array(7, "<i4"),
    "empty": np.zeros((0, 3), "<f4"),
    "big_f2": np.array([0.1, -2], ">f2"),
    "big_f4": np.array([0.1, -2], ">f4"),
    "big_i8": np.array([-(2**63), 2**53 + 1], ">i8"),
    "big_u2": np.array([1, 65535], ">u2"),
    "fortran": np.asfortranarray(grid.astype("<f4")),
    "fortran_big": np.asfortranarray(grid.astype(">i8")),
    "fortran_bool": np.asfortranarray(grid % 3 == 0),
}
for name, array in arrays.items():
    np.save(folder / f"{name}.npy", array)
for version in ((1, 0), (2, 0), (3, 0)):
    with open(folder / f"version{version[0]}.npy", "wb") as file:
        npy.write_array(file, arrays["f4"], version=version)
np.savez(folder / "stored.npz", **{"a/b": arrays["f4"], "c": arrays["i8"]})
np.savez_compressed(folder / "deflated.npz", x=grid.astype("<f4"), y=arrays["scalar"])

refused = {
    "complex": np.array([1j], "<c8"),
    "date": np.array(["2020-01-01"], "<M8[D]"),
    "text": np.array(["a"], "<U1"),
    "u8": np.array([1], "<u8"),
    "fields": np.array([(1, 2.0)], [("a", "<i4"), ("b", "<f4")]),
}
for name, array in refused.items():
    np.save(folder / f"refused_{name}.npy", array)
np.save(folder / "refused_object.npy", np.array([{}], object), allow_pickle=True)

values = {
    name: {
        "dtype": array.dtype.newbyteorder("=").name,
        "shape": list(array.shape),
        "values": [str(v) for v in (array.astype("f8") if array.dtype.kind == "f" else array).flatten().tolist()],
    }
    for name, array in arrays.items()
}
(folder / "expected.json").write_text(json.dumps(values, indent=1) + "\n")

# float32 bit patterns, and the float16 bit patterns that NumPy rounds them to.
random = np.random.default_rng(0)
bits = random.integers(0, 2**32, 1000, dtype=np.uint32)
near = (np.float32(2.0) ** random.integers(-27, 18, 2000) * random.uniform(1, 2, 2000).astype("f4")).astype("f4")
numbers = np.concatenate([bits.view("f4"), near * random.choice([-1, 1], 2000).astype("f4")])
numbers = numbers[~np.isnan(numbers)]
with np.errstate(over="ignore"):
    half = numbers.astype("f2")
np.savez_compressed(folder / "float16.npz", float32=numbers.view("i4"), float16=half.view("u2"))
