/* Keeps a processor from sleeping for as long as the process lives that has started it: see awake.ts. */
const LOOK_EVERY_MS = 50;

const parent = process.ppid;
while (process.ppid === parent) {
  const end = Date.now() + LOOK_EVERY_MS;
  while (Date.now() < end);
}
