import { prepareWorkloads } from '../limit/workloads.js';
import { alternate, type Schedule, type SideBySide } from '../load/side-by-side.js';
import { rowOfRounds, type Row } from './row.js';
import { prepareBoth } from './sides.js';

/** The requests of bench:limit, with many clients. */
export async function compareServices(servers: SideBySide, schedule: Schedule): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { before, now } of await prepareBoth(servers, prepareWorkloads)) {
    const ours = { server: servers.ours, workload: now };
    const other = { server: servers.other, workload: before };
    const rounds = await alternate({ ours, other }, schedule);
    rows.push(
      rowOfRounds(now.name, { label: 'a second', of: 'goodPerSecond', digits: 0 }, rounds),
      rowOfRounds(
        now.name,
        { label: 'a processor second', of: 'goodPerCpuSecond', digits: 0 },
        rounds,
      ),
    );
  }
  return rows;
}
