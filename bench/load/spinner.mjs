/* Prevents a processor from sleeping until the process ends that started this one: see awake.ts. */
const CHECK_INTERVAL_MS = 50;

// Not the current parent, which is another process when the starter has ended already.
const starter = Number(process.argv[2]);
while (process.ppid === starter) {
  const end = Date.now() + CHECK_INTERVAL_MS;
  while (Date.now() < end);
}
