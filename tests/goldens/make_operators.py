"""Makes operators.json: what PyTorch gives for ops that have a formula of their own here, and its gradients.

    pip install torch==2.13.0 numpy
    python tests/goldens/make_operators.py

Inputs come from `pattern.py`, the arithmetic is float64.

Layout of the file:

    cases[]
        op, attributes  Striate's
        inputs[]        {shape, k, scale}: pattern(shape, k, scale), or {values, dtype}: a constant of one axis, or null
        output          the first output in row-major order, 7 significant digits
        gradients[]     those of sum(output * pattern(output shape, 7, 1)) by each pattern among the inputs, in order
"""

import numpy as np
import torch
import torch.nn.functional as F

from pattern import pattern, rounded, write

cases = []


def case(op, function, *inputs, attributes=None):
    """Inputs are shapes, or (values, dtype) of a constant that PyTorch is told in another way, or None."""
    listed, tensors = [], []
    for i, given in enumerate(inputs):
        if isinstance(given, list):
            k = 100 * len(cases) + 10 + i
            listed.append({"shape": given, "k": k, "scale": 4})
            drawn = pattern(given, k, 4).astype(np.float64)
            tensors.append(torch.tensor(drawn, requires_grad=True))
        else:
            listed.append(given and {"values": list(given[0]), "dtype": given[1]})
    output = function(*tensors)
    weights = pattern(list(output.shape), 7, 1).astype(np.float64)
    (output * torch.tensor(weights)).sum().backward()
    cases.append(
        {
            "op": op,
            "attributes": attributes or {},
            "inputs": listed,
            "output": rounded(output.detach().numpy()),
            "gradients": [rounded(t.grad.numpy()) for t in tensors],
        }
    )


def batch_norm(x, scale, b):
    return F.batch_norm(x, None, None, scale, b, training=True, eps=1e-3)


case("BatchNormTraining", batch_norm, [3, 2, 2, 2], [2], [2], attributes={"epsilon": 1e-3})
case("BatchNormTraining", batch_norm, [5, 3], [3], [3], attributes={"epsilon": 1e-3})
alexnet = {"size": 5, "alpha": 0.2, "beta": 0.75, "bias": 2.0}
case("LRN", lambda x: F.local_response_norm(x, 5, 0.2, 0.75, 2.0), [1, 7, 2, 2], attributes=alexnet)
case("InstanceNormalization", lambda x, s, b: F.instance_norm(x, None, None, s, b), [2, 2, 2, 3], [2], [2])
case("LayerNormalization", lambda x, s, b: F.layer_norm(x, [3, 2], s, b), [3, 3, 2], [3, 2], [3, 2], attributes={"axis": 1})

MATRIX = [2, 4]
case("LeakyRelu", lambda x: F.leaky_relu(x, 0.3), MATRIX, attributes={"alpha": 0.3})
case("PRelu", F.prelu, MATRIX, [1])
case("Elu", lambda x: F.elu(x, 0.7), MATRIX, attributes={"alpha": 0.7})
case("Selu", F.selu, MATRIX)
case("HardSigmoid", F.hardsigmoid, MATRIX, attributes={"alpha": 1 / 6})
case("HardSwish", F.hardswish, MATRIX)
case("Softplus", F.softplus, MATRIX)
case("Softsign", F.softsign, MATRIX)
case("Erf", torch.erf, MATRIX)
case("Gelu", F.gelu, MATRIX)
case("Gelu", lambda x: F.gelu(x, approximate="tanh"), MATRIX, attributes={"approximate": "tanh"})

SIZES = ((1, 2, 5, 7), "int64")
for mode, corners in (("half_pixel", False), ("align_corners", True)):
    case(
        "Resize",
        lambda x: F.interpolate(x, (5, 7), mode="bilinear", align_corners=corners),
        *([1, 2, 3, 4], None, None, SIZES),
        attributes={"mode": "linear", "coordinate_transformation_mode": mode},
    )
case(
    "Resize",
    lambda x: F.interpolate(x, scale_factor=2, mode="nearest"),
    *([1, 1, 2, 3], None, ((1, 1, 2, 2), "float32")),
    attributes={"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
)
case("DepthToSpace", lambda x: F.pixel_shuffle(x, 2), [1, 8, 2, 2], attributes={"blocksize": 2, "mode": "CRD"})
case("LpPool", lambda x: F.lp_pool2d(x, 2, 2), [1, 2, 4, 4], attributes={"kernel_shape": [2, 2], "strides": [2, 2]})
case("GlobalMaxPool", lambda x: x.amax((2, 3), keepdim=True), [2, 2, 2, 3])
LAST = ((-1,), "int64")
case("ReduceLogSumExp", lambda x: torch.logsumexp(x, -1, keepdim=True), [2, 3], LAST)
case("ReduceProd", lambda x: torch.prod(x, -1, keepdim=True), [2, 3], LAST)
case("ReduceL2", lambda x: torch.linalg.vector_norm(x, dim=-1, keepdim=True), [2, 3], LAST)

write("operators.json", {"cases": cases})
