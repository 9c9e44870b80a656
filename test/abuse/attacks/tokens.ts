import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { roundRobin } from '../../../bench/load/requests.js';
import { CONVERSATIONS } from '../../support/api-client.js';
import type { Attack } from '../attack.js';
import { rawHead } from '../raw-head.js';

const KEYS = 19_900;

/** Bodies of so many keys that no parser has seen before. */
function manyKeys(): string {
  const seed = randomUUID().slice(0, 8);
  const keys = Array.from({ length: KEYS }, (_, i) => `"${seed}${i}":0`);
  return `{${keys.join(',')}}`;
}

function post(body: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const described = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  const head = rawHead('POST', CONVERSATIONS, { ...headers, ...described });
  return Buffer.concat([head, Buffer.from(body)]);
}

/** Signed with a secret that the service does not have. */
function forgedToken(): string {
  const claims = { sub: randomUUID(), tid: randomUUID() };
  return jwt.sign(claims, 'the secret of somebody else, of more than 32 bytes', {
    expiresIn: '1h',
  });
}

/** Whoever has no token that the service accepts. */
export const TOKEN_ATTACKS: readonly Attack[] = [
  {
    name: '4 connections send an Authorization header of 15,800 letters',
    prepare: ({ attackers }) => {
      const request = rawHead('GET', CONVERSATIONS, { Authorization: 'a'.repeat(15_800) });
      return () => attackers.repeat(4, () => request);
    },
  },
  {
    name: '16 connections send bodies of 19,900 keys without a token',
    prepare: ({ attackers }) => {
      const next = roundRobin(Array.from({ length: 16 }, () => post(manyKeys())));
      return () => attackers.repeat(16, next);
    },
  },
  {
    name: '16 connections send bodies of 19,900 keys with forged tokens',
    prepare: ({ attackers }) => {
      const requests = Array.from({ length: 64 }, () =>
        post(manyKeys(), { Authorization: `Bearer ${forgedToken()}` }),
      );
      return () => attackers.repeat(16, roundRobin(requests));
    },
  },
];
