// A net in an ONNX file, whoever wrote it, learns other classes; what comes out is an ONNX file again.
import { imageFolder } from "striate/data";
import { openBackbone, pictureOptions, transfer } from "striate/transfer";
import { mobilenetV2 } from "striate/zoo";

// So that this example needs nothing else, the file is one that is made here, with random weights. Yours has learned something.
await mobilenetV2({ inputShape: [64, 64, 3], classes: 10 }).save("backbone.onnx");

// The net is cut where its last feature maps are. `backbone.places` lists where else it could be (`cut`). A file does not say
// how its pictures are prepared unless Striate wrote it: this is torchvision's way.
const preprocessing = { channels: "RGB", scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const backbone = await openBackbone("backbone.onnx", { preprocessing });
for (const { name, height, width, channels } of backbone.stages) console.log(name, height, width, channels);

// First a linear head on the last features, then that head and the last stage, slowly: the earlier ones stay as they are.
const { train } = await imageFolder("photos", pictureOptions(backbone));
const { model, validation } = await transfer(backbone, train, {
  strategy: "fineTuneLast",
  epochs: 3,
  learningRate: 1e-4,
});
console.log(validation.accuracy, validation.loss);
await model.save("tuned.onnx", { pictures: "uint8" });
