"""Numbers that Python and TypeScript both compute exactly, so that no weights need to be committed.

    h      = i + k * 0x9E3779B9                      (unsigned 32 bits, like everything below)
    h      = h ^ (h >>> 16);  h = h * 0x85EBCA6B
    h      = h ^ (h >>> 13);  h = h * 0xC2B2AE35     (the finalizer of MurmurHash3)
    h      = h ^ (h >>> 16)
    value  = (h / 2^32 - 0.5) * scale                (in float64, then rounded to float32)

`i` counts the elements of a tensor in row-major order, `k` says which tensor it is.
In JavaScript `Math.imul(a, b)` is the product and `>>> 0` makes it unsigned again.
"""

import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def hashes(n, k):
    """h for i = 0 ... n-1, as unsigned 32-bit integers."""
    h = np.arange(n, dtype=np.uint32) + np.uint32(k * 0x9E3779B9 % 2**32)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return h


def pattern(shape, k, scale=1.0):
    """float32 values in [-scale/2, scale/2)."""
    values = (hashes(int(np.prod(shape)), k) / 2**32 - 0.5) * scale
    return values.astype(np.float32).reshape(shape)


def pictures(shape, k):
    """float32 values h / 2^32 in [0, 1]."""
    return (hashes(int(np.prod(shape)), k) / 2**32).astype(np.float32).reshape(shape)


def labels(n, k, classes):
    """Integers h mod classes."""
    return (hashes(n, k) % np.uint32(classes)).astype(np.int64)


def pattern_sample():
    """A few values, for a test of the other side's formula."""
    n, k, scale = 6, 2003, 2
    return {
        "n": n,
        "k": k,
        "scale": scale,
        "hashes": [int(h) for h in hashes(n, k)],
        "values": float32s(pattern([n], k, scale)),
    }


def float32s(values):
    """The shortest decimals that round to these float32 values."""
    return [float(str(v)) for v in np.asarray(values, np.float32).ravel()]


def rounded(values, digits=7):
    """The values with so many significant digits."""
    return [float(f"{float(v):.{digits}g}") for v in np.asarray(values).ravel()]


def camel(name):
    """channels_last -> channelsLast; other things pass unchanged."""
    if not isinstance(name, str):
        return name
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def write(name, data):
    """Writes one JSON file beside the scripts: objects indented, lists of plain values on one line."""
    path = HERE / name
    path.write_text(layout(data, "") + "\n", encoding="utf-8")
    print(f"{name}: {path.stat().st_size / 1000:.1f} kB")


def layout(value, indent):
    """JSON text of a value."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        lines = [f"{inner}{json.dumps(k)}: {layout(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value):
        lines = [inner + layout(v, inner) for v in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    return json.dumps(value, allow_nan=False)
