import type { Table } from '../report/report.js';
import { median, medianError } from '../report/statistics.js';
import type { RequestCost, SettingCost, SizeCosts } from './cost.js';

const NAMES = ['bytes of a text', 'stored'];

/** What requests of one kind cost. */
export function requestTable(
  caption: string,
  sizes: readonly SizeCosts[],
  of: (cost: SettingCost) => RequestCost,
): Table {
  return {
    caption,
    columns: [...NAMES, 'a second', 'speed', '±', 'processor µs', 'speed by processor', '± '],
    rows: rowsOf(sizes, (cost) => {
      const { perSecond, speeds, cpuMicroseconds, cpuSpeeds } = of(cost);
      return [
        perSecond.toFixed(0),
        ...speedCells(speeds),
        cpuMicroseconds.toFixed(1),
        ...speedCells(cpuSpeeds),
      ];
    }),
  };
}

/** What a message takes in the store. */
export function bytesTable(caption: string, sizes: readonly SizeCosts[]): Table {
  return {
    caption,
    columns: [...NAMES, 'bytes', 'times plain'],
    rows: rowsOf(sizes, ({ bytesPerMessage }, plain) => [
      bytesPerMessage.toFixed(0),
      (bytesPerMessage / plain.bytesPerMessage).toFixed(2),
    ]),
  };
}

function rowsOf(
  sizes: readonly SizeCosts[],
  cells: (cost: SettingCost, plain: SettingCost) => string[],
): string[][] {
  return sizes.flatMap(({ textBytes, settings }) =>
    settings.map((cost) => [
      textBytes.toLocaleString('en'),
      cost.setting,
      ...cells(cost, settings[0] as SettingCost),
    ]),
  );
}

function speedCells(speeds: readonly number[]): string[] {
  return [median(speeds).toFixed(2), medianError(speeds).toFixed(2)];
}
