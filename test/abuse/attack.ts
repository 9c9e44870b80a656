import type { ApiClient } from '../support/api-client.js';
import type { ServiceProcess } from '../support/service-process.js';
import type { aToken } from '../support/token.js';
import type { Attackers } from './attackers.js';

/** What an attack is aimed at. */
export interface Target {
  readonly service: ServiceProcess;
  readonly attackers: Attackers;
  /** A user of a tenant that is not the calm one. */
  client(): ApiClient;
}

/** Begins the attack. The attackers go on until they are stopped. */
type Strike = () => void | Promise<void>;

/** What the service needs around it for an attack. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** The token of a user; of a new one when none is named. */
  readonly tokens?: typeof aToken;
  readonly close?: () => Promise<void>;
}

/** Something that a client may do to a service, and that must take nothing from the others. */
export interface Attack {
  /** A row of the table. */
  readonly name: string;
  /** `memory`: without Redis. */
  readonly driver?: 'redis' | 'memory';
  readonly surroundings?: () => Promise<Surroundings>;
  /** Stores what the attack needs, before anything is measured. */
  readonly prepare: (target: Target) => Promise<Strike> | Strike;
  /** Scripts a second that the process may still run for work of the attack that rightly goes on without it. */
  readonly scriptsAfter?: number;
  /** What must be true after the attack, beside what holds for every attack. Returns what is not. */
  readonly inspect?: (target: Target) => Promise<readonly string[]>;
}
