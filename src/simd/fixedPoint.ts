// Compiled by TypeScript and by AssemblyScript, as insideCoordinate.ts is.

/** Bits of a resampling weight behind the point: 8 bits of a value, 2 for sums beyond it, and the sign are left of 32. */
export const FRACTION_BITS = 22;

/** How many of them the low half of a weight has. */
export const LOW_BITS = 11;
