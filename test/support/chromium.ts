import { spawnSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from './required-programs.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser without a window, with a profile of its own that goes with it. */
export async function startChromium(): Promise<Browser> {
  const name = findChromium();
  const which = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return chromium.launch({ executablePath: which.stdout.trim(), headless: true, args: FLAGS });
}
