/** No machine has more cores, and a system may take minutes to start more threads than this. */
export const MOST_THREADS = 1024;
