import { add, batchNormalization, conv2d, dense, globalAveragePooling2d, input, model, reLU } from "striate";

const pictures = input({ shape: [32, 32, 3] });
let x = conv2d({ filters: 16, kernelSize: 3, padding: "same" })(pictures);
const shortcut = x;
x = reLU()(batchNormalization({ name: "bn" })(x));
x = conv2d({ filters: 16, kernelSize: 3, padding: "same", name: "last_conv" })(x);
x = globalAveragePooling2d()(add()([shortcut, x]));
const net = model({ inputs: pictures, outputs: dense({ units: 10, activation: "softmax" })(x) });

net.freeze("bn", /^conv2d/); // names, stars, regular expressions; without any, the whole model
const features = model({ inputs: net.inputs, outputs: net.getLayer("last_conv").output }); // shares the weights
