// A folder of photos, one folder in it for each class, becomes a classifier that takes photos as they are.
import { loadModel, tensor } from "striate";
import { imageFolder } from "striate/data";
import { decodeImage, resizeAndPad } from "striate/image";
import { openBackbone, pictureOptions, transfer } from "striate/transfer";

// A net that has learned to see on ImageNet's 1.2 million photos; its weights come with Striate.
const backbone = await openBackbone("efficientnet-lite0");
const fit = "pad"; // the whole photo, with black at its sides: cropping would lose what stands at the edges
const { train: photos } = await imageFolder("photos", { ...pictureOptions(backbone), fit });

// Probes on its features tell how much has to be trained for these photos. A fifth of them is kept to measure on.
const { model, strategy, validation } = await transfer(backbone, photos, {
  fit,
  onEvent: (event) => event.phase === "advice" && console.log(event.advice.strategy, event.advice.reasons),
});
console.log(`${strategy}: accuracy ${validation.accuracy.mean.toFixed(3)} on photos that it has not seen`);

// The file resizes and normalizes by itself: any program with an ONNX runtime can give it the bytes of a photo.
await model.save("photos.onnx", { pictures: "uint8" });

// Here it is a model for values from 0 to 255; its class names are in the file.
const classifier = await loadModel("photos.onnx");
const [height = 0, width = 0] = classifier.inputShape;
const cat = resizeAndPad(await decodeImage("cat.jpg"), { height, width });
const pictures = tensor("float32", [1, ...cat.shape], Float32Array.from(cat.data));
const { data: probabilities } = await classifier.predict(pictures);
for (const [i, name] of (classifier.pictures?.classNames ?? []).entries()) console.log(name, probabilities[i]);
