import { constant, defineLayer, dense, type LayerOptions, sequential } from "striate";

const swish = (options: LayerOptions = {}) =>
  defineLayer({
    type: "swish",
    options,
    weights: () => [{ name: "beta", shape: [], initializer: constant(1) }],
    build: ({ f, weight }, x) => f.mul(x, f.sigmoid(f.mul(x, weight("beta")))), // x sigmoid(beta x), beta is learnt
  });
console.log(sequential({ inputShape: [4] }, [dense({ units: 8 }), swish()]).summary());
