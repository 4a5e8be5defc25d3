"""Writes small PyTorch files for tests/quick/torchFile.test.ts: torch/*.pth, and torch/expected.json with their content.

    pip install torch==2.13.0 numpy==2.4.6
    python tests/goldens/make_torch_files.py

Some are written by hand, instruction by instruction, as old versions of PyTorch and Python 2 wrote them.
"""

import collections
import io
import json
import pickle
import struct
import warnings
from pathlib import Path

import torch

warnings.filterwarnings("ignore")
folder = Path(__file__).with_name("torch")
folder.mkdir(exist_ok=True)
torch.manual_seed(0)

base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
state = collections.OrderedDict(
    [
        ("conv.weight", torch.arange(2 * 3 * 2 * 2, dtype=torch.float32).reshape(2, 3, 2, 2) / 8),
        ("conv.last", (torch.arange(24.0).reshape(2, 3, 2, 2) / 4).to(memory_format=torch.channels_last)),
        ("half", torch.tensor([0.1, -65504.0, 6e-8, float("inf")], dtype=torch.float16)),
        ("brain", torch.tensor([0.1, -3e38, 1e-40], dtype=torch.bfloat16)),
        ("double", torch.tensor([0.1], dtype=torch.float64)),
        ("int8", torch.tensor([-128, 127], dtype=torch.int8)),
        ("int16", torch.tensor([-32768, 32767], dtype=torch.int16)),
        ("int32", torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32)),
        ("int64", torch.tensor([-(2**63), 2**53 + 1], dtype=torch.int64)),
        ("uint8", torch.tensor([0, 255], dtype=torch.uint8)),
        ("bool", torch.tensor([True, False, True])),
        ("scalar", torch.tensor(7)),
        ("empty", torch.zeros(0, 3)),
        ("transposed", base.permute(2, 0, 1)),
        ("part", base[1, 1:, ::2]),
        ("shared", base),
        ("expanded", torch.tensor([[1.5], [2.5]]).expand(2, 3)),
        ("parameter", torch.nn.Parameter(torch.tensor([1.0, 2.0]))),
    ]
)
state._metadata = {"": {"version": 1}}
new_types = {"u16": torch.tensor([0, 65535], dtype=torch.uint16), "u32": torch.tensor([2**32 - 1], dtype=torch.uint32)}
checkpoint = {
    "epoch": 3,
    "best": 0.75,
    "arch": "tiny",
    "flags": [True, None, (1, -1, 2**70)],
    "size": torch.Size([2, 3]),
    "device": torch.device("cpu"),
    "state_dict": {"module." + k: v for k, v in state.items()},
    "optimizer": {"state": {0: {"step": torch.tensor(5.0)}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
}
blocks = {"model": {"stem": {"weight": torch.ones(2)}, "head": {"bias": torch.zeros(1)}}}

torch.save(state, folder / "state.pth")
torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
for protocol in range(2, 6):
    torch.save(checkpoint, folder / f"checkpoint{protocol}.pth", pickle_protocol=protocol)
torch.save(checkpoint, folder / "checkpoint_legacy.pth", _use_new_zipfile_serialization=False, pickle_protocol=4)
torch.save(blocks, folder / "blocks.pth")
torch.save(new_types, folder / "new_types.pth")


class Evil:
    def __reduce__(self):
        return (__import__("os").system, ("touch /tmp/striate-was-here",))


torch.save({"a": Evil()}, folder / "evil.pth")
torch.save({"a": Evil()}, folder / "evil_legacy.pth", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Linear(2, 1), folder / "module.pth")

# As PyTorch 0.1 on Python 2 wrote the first files of torchvision: BINSTRING, _rebuild_tensor, OrderedDict of pairs,
# storages with views, a parameter.
stream = io.BytesIO()
for head in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}):
    pickle.dump(head, stream, protocol=2)


def text(s):
    return b"U" + bytes([len(s)]) + s.encode()


def storage(key, count, view):
    return b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + b"K" + bytes([count]) + view + b"tQ"


def tensor(key, count, view, offset, shape, strides):
    numbers = b"".join(b"(" + b"".join(b"K" + bytes([n]) for n in list_) + b"t" for list_ in (shape, strides))
    return b"ctorch._utils\n_rebuild_tensor\n(" + storage(key, count, view) + b"K" + bytes([offset]) + numbers + b"tR"


view = b"(" + text("777") + b"K\x02K\x04t"
stream.write(b"\x80\x02ccollections\nOrderedDict\n]](" + text("a") + tensor("1", 6, b"N", 0, [2, 3], [3, 1]) + b"e")
stream.write(b"a](" + text("b"))
stream.write(b"ctorch.nn.parameter\nParameter\n" + tensor("1", 6, view, 1, [2], [1]) + b"\x88\x86R" + b"ea](" + text("c"))
# Parameter(data), and the state (requires_grad, volatile, hooks)
stream.write(b"ctorch.nn.parameter\nParameter\n" + tensor("1", 6, b"N", 0, [1], [1]) + b"\x85R(\x88\x89Ntb" + b"ea](" + text("d"))
# Parameter.__new__(Parameter), and the state (data, gradient, hooks, requires_grad, volatile)
stream.write(b"ctorch.nn.parameter\nParameter\n)\x81(" + tensor("1", 6, b"N", 5, [1], [1]) + b"NN\x88\x89tb" + b"ea\x85R.")
pickle.dump(["1"], stream, protocol=2)
stream.write(struct.pack("<q6f", 6, *range(6)))
(folder / "python2.pth").write_bytes(stream.getvalue())

# The same bytes as a big machine would have left them.
big = io.BytesIO()
for head in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": False, "type_sizes": {}}):
    pickle.dump(head, big, protocol=2)
big.write(b"\x80\x02}" + text("a") + tensor("1", 2, b"N", 0, [2], [1]) + b"s.")
pickle.dump(["1"], big, protocol=2)
big.write(struct.pack(">q2f", 2, 1.5, -2.0))
(folder / "big_endian.pth").write_bytes(big.getvalue())


def content(tensors):
    return {
        name: {"shape": list(t.shape), "values": [str(v) for v in t.detach().double().flatten().tolist()]}
        if t.dtype != torch.int64
        else {"shape": list(t.shape), "values": [str(v) for v in t.flatten().tolist()]}
        for name, t in tensors.items()
    }


expected = {"state": content(state), "new_types": content({k: v.to(torch.int64) for k, v in new_types.items()})}
(folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
