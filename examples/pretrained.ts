import { tensor } from "striate";
import { decodeImage, resizeImage } from "striate/image";
import { pretrained, resnet50 } from "striate/zoo";

const net = resnet50({ classes: 10, inputShape: [64, 64, 3] }); // any net of the zoo, with weights drawn from a seed
console.log(net.summary());

const { model, preprocess } = await pretrained("efficientnet-lite0"); // ImageNet's weights, which come with Striate
const { data } = resizeImage(await decodeImage("cat.jpg"), { width: 224, height: 224 });
const pictures = tensor("float32", [1, 224, 224, 3], Float32Array.from(data)); // 0 to 255
const probabilities = await model.predict(preprocess(pictures));
console.log(Math.max(...probabilities.data));
