import { loadModel } from "striate";
import { fashionMnist, subset } from "striate/data";
import { lenet } from "striate/zoo";

await lenet().save("lenet.onnx"); // or, of Striate's layers, .keras; weights alone as .safetensors or .npz
const read = await loadModel("lenet.onnx"); // or .keras, .h5, TensorFlow.js's model.json: what it is, its content says
read.freeze("*conv1*"); // an imported model trains like any other
const { train } = await fashionMnist();
await read.fit(subset(train, 0, 1000));
await read.save("tuned.onnx");
