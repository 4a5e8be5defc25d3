"""Makes more_layers.json: what the rest of Keras's layers of one input put out for small inputs.

    pip install keras==3.15.1 jax==0.10.2 torch numpy
    python tests/goldens/make_more_layers.py

The file is laid out as `make_layers.py` says. Layers are called with training=False, in which spatialDropout2d does
nothing.

Keras has no local response normalization: localResponseNormalization is PyTorch's, whose size is 2 r + 1 and whose
alpha is TensorFlow's alpha times that size.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import keras.src.applications.convnext as keras_convnext
import numpy as np
import torch

from pattern import camel, pattern, pattern_sample, rounded, write

LAST, FIRST = [2, 7, 6, 3], [2, 3, 7, 6]
SMALL_LAST, SMALL_FIRST = [2, 3, 4, 3], [2, 3, 3, 4]
# From -8 to 8, because relu6 and the hard activations bend at 3 and 6.
INPUT_SCALE, WEIGHT_SCALE = 16, 1
CHANNELS_FIRST = {"data_format": "channels_first"}


class LocalResponseNormalization(keras.layers.Layer):
    """TensorFlow's arguments, PyTorch's numbers."""

    def __init__(self, depth_radius=5, bias=1.0, alpha=1.0, beta=0.5, data_format="channels_last"):
        super().__init__()
        size = 2 * depth_radius + 1
        self.rule = torch.nn.LocalResponseNorm(size, alpha=alpha * size, beta=beta, k=bias)
        self.last = data_format == "channels_last"

    def call(self, x):
        x = torch.tensor(np.asarray(x))
        y = self.rule(x.movedim(-1, 1)).movedim(1, -1) if self.last else self.rule(x)
        return y.numpy()


def of(name, make, **defaults):
    return lambda **config: (name, make, {**defaults, **config})


depthwise = of("depthwiseConv2d", keras.layers.DepthwiseConv2D, kernel_size=3)
separable = of("separableConv2d", keras.layers.SeparableConv2D, filters=4, kernel_size=3)
transpose = of("conv2dTranspose", keras.layers.Conv2DTranspose, filters=2, kernel_size=3)
global_pool = of("globalMaxPooling2d", keras.layers.GlobalMaxPooling2D)
lrn = of("localResponseNormalization", LocalResponseNormalization)
relu = of("reLU", keras.layers.ReLU)
leaky_relu = of("leakyReLU", keras.layers.LeakyReLU)
elu = of("elu", keras.layers.ELU)
prelu = of("pReLU", keras.layers.PReLU)
softmax = of("softmax", keras.layers.Softmax)
crop = of("cropping2d", keras.layers.Cropping2D)
up = of("upSampling2d", keras.layers.UpSampling2D)
permute = of("permute", keras.layers.Permute)
rescaling = of("rescaling", keras.layers.Rescaling)
normalization = of("normalization", keras.layers.Normalization)
spatial_dropout = of("spatialDropout2d", keras.layers.SpatialDropout2D)
activation = of("activation", keras.layers.Activation)
layer_norm = of("layerNormalization", keras.layers.LayerNormalization)
group_norm = of("groupNormalization", keras.layers.GroupNormalization, groups=2)
unit_norm = of("unitNormalization", keras.layers.UnitNormalization)
resizing = of("resizing", keras.layers.Resizing, height=5, width=9)
random_flip = of("randomFlip", keras.layers.RandomFlip)
identity = of("identity", keras.layers.Identity)
activity = of("activityRegularization", keras.layers.ActivityRegularization, l1=0.1, l2=0.2)
dropout = of("dropout", keras.layers.Dropout, rate=0.5)
layer_scale = of("layerScale", keras_convnext.LayerScale, init_values=0.5, projection_dim=3)
stochastic_depth = of("stochasticDepth", keras_convnext.StochasticDepth, drop_path_rate=0.25)

ALEXNET = {"depth_radius": 2, "bias": 2.0, "alpha": 1e-4, "beta": 0.75}

CASES = [
    (LAST, depthwise()),
    (LAST, depthwise(padding="same")),
    (LAST, depthwise(strides=2)),
    (LAST, depthwise(strides=2, padding="same", depth_multiplier=2)),
    (LAST, depthwise(kernel_size=[2, 3], padding="same", use_bias=False)),
    (LAST, depthwise(dilation_rate=2, padding="same", depth_multiplier=3)),
    (LAST, depthwise(activation="relu6")),
    (FIRST, depthwise(depth_multiplier=2, **CHANNELS_FIRST)),
    (FIRST, depthwise(strides=2, padding="same", activation="relu", **CHANNELS_FIRST)),
    (LAST, separable()),
    (LAST, separable(padding="same", strides=2, activation="silu")),
    (LAST, separable(depth_multiplier=2, use_bias=False)),
    (LAST, separable(dilation_rate=2, padding="same")),
    (FIRST, separable(depth_multiplier=2, kernel_size=[2, 3], **CHANNELS_FIRST)),
    (SMALL_LAST, transpose()),
    (SMALL_LAST, transpose(padding="same")),
    (SMALL_LAST, transpose(strides=2)),
    (SMALL_LAST, transpose(strides=2, padding="same")),
    (SMALL_LAST, transpose(strides=3, padding="same")),
    (SMALL_LAST, transpose(strides=[1, 2], padding="same", kernel_size=[2, 4])),
    (SMALL_LAST, transpose(strides=2, kernel_size=2, padding="same")),
    (SMALL_LAST, transpose(strides=3, kernel_size=2)),
    (SMALL_LAST, transpose(strides=3, kernel_size=1, padding="same")),
    (SMALL_LAST, transpose(strides=2, output_padding=0)),
    (SMALL_LAST, transpose(strides=2, output_padding=1)),
    (SMALL_LAST, transpose(strides=2, output_padding=1, padding="same")),
    (SMALL_LAST, transpose(strides=2, output_padding=0, padding="same")),
    (SMALL_LAST, transpose(strides=[2, 3], output_padding=[0, 2], kernel_size=[4, 5], padding="same")),
    (SMALL_LAST, transpose(dilation_rate=2)),
    (SMALL_LAST, transpose(dilation_rate=2, padding="same")),
    (SMALL_LAST, transpose(use_bias=False, activation="relu")),
    (SMALL_FIRST, transpose(strides=2, padding="same", **CHANNELS_FIRST)),
    (SMALL_FIRST, transpose(kernel_size=[2, 3], **CHANNELS_FIRST)),
    (LAST, global_pool()),
    (LAST, global_pool(keepdims=True)),
    (FIRST, global_pool(**CHANNELS_FIRST)),
    (FIRST, global_pool(keepdims=True, **CHANNELS_FIRST)),
    ([2, 2, 2, 13], lrn()),
    ([2, 2, 2, 7], lrn(**ALEXNET)),
    ([2, 2, 2, 7], lrn(depth_radius=1, bias=1.5, alpha=0.5, beta=0.6)),
    ([2, 7, 2, 2], lrn(depth_radius=2, **CHANNELS_FIRST)),
    ([2, 3, 4], relu()),
    ([2, 3, 4], relu(max_value=1.0)),
    ([2, 3, 4], relu(negative_slope=0.1)),
    ([2, 3, 4], relu(threshold=0.5)),
    ([2, 3, 4], relu(max_value=1.0, negative_slope=0.2)),
    ([2, 3, 4], relu(max_value=1.25, negative_slope=0.25, threshold=0.5)),
    ([2, 3, 4], leaky_relu()),
    ([2, 3, 4], leaky_relu(negative_slope=0.01)),
    ([2, 3, 4], elu()),
    ([2, 3, 4], elu(alpha=0.5)),
    ([3, 8], prelu()),
    (SMALL_LAST, prelu()),
    (SMALL_LAST, prelu(shared_axes=[1, 2])),
    (SMALL_LAST, prelu(shared_axes=[3])),
    ([2, 3, 4], softmax()),
    ([2, 3, 4], softmax(axis=1)),
    (SMALL_LAST, softmax(axis=-2)),
    (LAST, crop()),
    (LAST, crop(cropping=2)),
    (LAST, crop(cropping=[1, 2])),
    (LAST, crop(cropping=[[1, 2], [0, 3]])),
    (FIRST, crop(cropping=[[1, 2], [0, 3]], **CHANNELS_FIRST)),
    (SMALL_LAST, up()),
    (SMALL_LAST, up(size=[1, 3])),
    (SMALL_LAST, up(interpolation="bilinear")),
    (SMALL_LAST, up(size=[3, 2], interpolation="bilinear")),
    (SMALL_FIRST, up(size=[2, 3], **CHANNELS_FIRST)),
    (SMALL_FIRST, up(interpolation="bilinear", **CHANNELS_FIRST)),
    ([2, 3, 4], permute(dims=[2, 1])),
    (SMALL_LAST, permute(dims=[3, 1, 2])),
    (SMALL_LAST, permute(dims=[2, 3, 1])),
    ([2, 3, 4], rescaling(scale=0.5)),
    ([2, 3, 4], rescaling(scale=1 / 127.5, offset=-1.0)),
    (SMALL_LAST, rescaling(scale=[1.0, 2.0, 0.5], offset=[0.25, 0.0, -1.0])),
    ([2, 3, 4], normalization(mean=0.5, variance=4.0)),
    (SMALL_LAST, normalization(mean=[0.485, 0.456, 0.406], variance=[0.25, 0.5, 2.0])),
    (SMALL_LAST, normalization(mean=[0.485, 0.456, 0.406], variance=[0.25, 0.5, 0.0], invert=True)),
    (SMALL_FIRST, normalization(axis=1, mean=[0.485, 0.456, 0.406], variance=[0.25, 0.5, 2.0])),
    (SMALL_LAST, spatial_dropout(rate=0.5)),
    (SMALL_FIRST, spatial_dropout(rate=0.25, **CHANNELS_FIRST)),
    *[
        ([2, 3, 4], activation(activation=name))
        for name in [
            "exponential", "elu", "selu", "gelu", "softplus", "softsign", "hard_sigmoid", "hard_swish", "leaky_relu",
            "relu6", "silu",
        ]
    ],
    *[
        (SMALL_LAST, activation(activation=name))
        for name in [
            "mish", "celu", "hard_tanh", "log_sigmoid", "hard_shrink", "soft_shrink", "tanh_shrink", "sparse_plus",
            "sparse_sigmoid", "squareplus",
        ]
    ],
    (SMALL_LAST, softmax(axis=[1, 2])),
    (SMALL_LAST, softmax(axis=[1, 2, 3])),
    ([2, 3, 4], softmax(axis=[-1, 1])),
    (SMALL_LAST, softmax(axis=[3, 1])),
    (SMALL_LAST, normalization(axis=[1, 3], mean=[[0.5, 0.25, 0.0]] * 3, variance=[[1.0, 2.0, 4.0], [1.0, 0.5, 0.0], [3.0, 2.0, 1.0]])),
    (SMALL_LAST, normalization(axis=[2, 3], mean=[0.5, 0.25, 0.0], variance=[1.0, 2.0, 4.0])),
    (SMALL_LAST, normalization(axis=[-1, 2], mean=0.5, variance=4.0, invert=True)),
    (SMALL_LAST, layer_norm()),
    (SMALL_LAST, layer_norm(axis=[1, 2, 3], epsilon=1e-6)),
    (SMALL_LAST, layer_norm(axis=1)),
    (SMALL_LAST, layer_norm(axis=[1, 3])),
    (SMALL_LAST, layer_norm(axis=[2, 3], center=False)),
    (SMALL_LAST, layer_norm(axis=2, scale=False)),
    ([3, 5], layer_norm()),
    ([2, 3, 4], layer_norm(axis=-2)),
    ([2, 3, 4, 6], group_norm()),
    ([2, 3, 4, 6], group_norm(groups=3, scale=False)),
    ([2, 3, 4, 6], group_norm(groups=-1)),
    ([2, 3, 4, 6], group_norm(groups=1, center=False, epsilon=0.1)),
    ([2, 6, 3, 4], group_norm(axis=1)),
    ([3, 8], group_norm(groups=4)),
    (SMALL_LAST, unit_norm()),
    (SMALL_LAST, unit_norm(axis=[1, 2])),
    ([3, 5], unit_norm()),
    (LAST, resizing()),
    *[(LAST, resizing(interpolation=name)) for name in ["nearest", "bicubic", "lanczos3", "lanczos5"]],
    *[(LAST, resizing(height=3, width=4, interpolation=name)) for name in ["nearest", "bilinear", "bicubic", "lanczos3"]],
    *[(LAST, resizing(height=3, width=8, antialias=True, interpolation=name)) for name in ["bilinear", "bicubic", "lanczos5"]],
    (LAST, resizing(crop_to_aspect_ratio=True)),
    (LAST, resizing(pad_to_aspect_ratio=True, fill_value=0.5)),
    (LAST, resizing(height=9, width=3, pad_to_aspect_ratio=True)),
    (LAST, resizing(height=7, width=6)),
    (FIRST, resizing(**CHANNELS_FIRST)),
    (SMALL_LAST, up(interpolation="bicubic")),
    (SMALL_LAST, up(size=[1, 3], interpolation="bicubic")),
    (SMALL_LAST, up(interpolation="lanczos3")),
    (SMALL_LAST, random_flip(mode="horizontal")),
    (SMALL_LAST, identity()),
    (SMALL_LAST, activity()),
    (SMALL_LAST, dropout(noise_shape=[None, 1, 1, 1])),
    (SMALL_LAST, layer_scale()),
    (SMALL_LAST, stochastic_depth()),
]  # fmt: skip

def case(number, input_shape, layer):
    name, make, config = layer
    input_k = 10 * number
    made = make(**config)
    made.build(tuple(input_shape))
    weights = [
        {"shape": list(w.shape), "k": input_k + 1 + i, "scale": WEIGHT_SCALE}
        for i, w in enumerate(made.trainable_weights)
    ]
    if weights:
        for weight, w in zip(made.trainable_weights, weights):
            weight.assign(pattern(**w))
    x = pattern(input_shape, input_k, INPUT_SCALE)
    call = {"training": False} if name in ("spatialDropout2d", "dropout", "randomFlip") else {}
    output = keras.ops.convert_to_numpy(made(x, **call))
    return {
        "layer": name,
        "config": {camel(k): camel(v) for k, v in config.items()},
        "inputShape": input_shape,
        "inputK": input_k,
        "weights": weights,
        "outputShape": list(output.shape),
        "output": rounded(output),
    }


def main():
    data = {
        "madeBy": "tests/goldens/make_more_layers.py",
        "keras": keras.__version__,
        "torch": torch.__version__,
        "pattern": pattern_sample(),
        "inputScale": INPUT_SCALE,
        "cases": [case(number, *each) for number, each in enumerate(CASES)],
    }
    write("more_layers.json", data)


if __name__ == "__main__":
    main()
