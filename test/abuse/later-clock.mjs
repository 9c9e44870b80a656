/** Loaded into the service: at SIGUSR2, its clock is eleven minutes later. Fetched keys are then stale. */
const realNow = Date.now;
let aheadMs = 0;

Date.now = () => realNow() + aheadMs;
process.on('SIGUSR2', () => (aheadMs += 11 * 60_000));
