export { writeFileAtomic } from "./atomic.ts";
export { type OpenFile, openFile } from "./fileAccess.ts";
export { type LockHolder, type Release, tryLock } from "./lock.ts";
export { blobAccess, bytesAccess, type RandomAccess } from "./randomAccess.ts";
export { encodeZip, openZip, type ZipArchive, type ZipEntry, type ZipFile } from "./zip.ts";
