/* Keeps a processor from sleeping for as long as the process lives that has started it: see awake.ts. */
const LOOK_EVERY_MS = 50;

// Not the parent that it has now: that may be another already.
const starter = Number(process.argv[2]);
while (process.ppid === starter) {
  const end = Date.now() + LOOK_EVERY_MS;
  while (Date.now() < end);
}
