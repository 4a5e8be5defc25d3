export { type Lenet5Options, type LenetOptions, lenet, lenet5 } from "./lenet.ts";
export { buildNet, NET_NAMES, type ZooOptions } from "./table.ts";
