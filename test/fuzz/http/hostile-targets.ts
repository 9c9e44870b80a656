import fc from 'fast-check';
import { AWKWARD } from '../awkward-text.js';

const id = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('<id>', '<older>') },
  { weight: 3, arbitrary: fc.constant('<ID>') },
  { weight: 1, arbitrary: fc.uuid() },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0',
      'export',
      'undefined',
      'a'.repeat(99),
      'a'.repeat(101),
      'a'.repeat(9_000),
      '..',
      '.',
      '%2e%2e',
      '%2e%2e%2f',
      '%00',
      '%',
      '%zz',
      '%ff',
      '%c0%80',
      '%ed%a0%bd',
      '*',
      '{id}',
      ':id',
      '__proto__',
      'constructor',
      '<id>%00',
      '<id>%0a',
      '<ID>;',
      '<ID>,<id>',
      '<id>/',
      '\u00e9',
      '\0',
      '<ID>#',
      '%25',
      '{00000000-0000-7000-8000-000000000000}',
      'urn:uuid:<id>',
      '00000000-0000-0000-0000-000000000000',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...AWKWARD).map((value) => encodeURIComponent(value)),
  },
);

/** Paths of the API, with their parameters, and some that are none. */
export const path = (template: string): fc.Arbitrary<string> =>
  id.map((value) => template.replace('{id}', value));

export const unknownPath = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '/api',
    '/api/',
    '/api/v1',
    '/api/v1/conversations/',
    '/api/v2/conversations',
    '/.env',
    '/api/v1/conversations/<ID>/turns',
    '/api/v1/conversations/<ID>/messages/1',
    '/metrics',
    '/admin',
    '/api/v1/../../etc/passwd',
    '/API/v1/conversations',
    '/api/v1/conversation%73',
    '*',
    '/api/v1/conversations/%',
    '//api/v1/conversations',
    '/api/v1/conversations;a=b',
    '/__proto__',
    '/constructor',
    '/health/../api',
  ),
  fc.webPath(),
);

const number = fc.constantFrom(
  '0',
  '-1',
  '1',
  '2',
  '100',
  '101',
  '201',
  '1e9',
  '0x10',
  '1e1',
  '1.5',
  '',
  ' 1',
  '+1',
  '١',
  'NaN',
  '1&limit=2',
  '9007199254740993',
  '999999999999999',
  '00',
  '1[]',
);
const parameter = fc.oneof(
  fc
    .tuple(fc.constantFrom('limit', 'messages', 'before', 'after'), number)
    .map((pair) => pair.join('=')),
  fc
    .constantFrom(
      '<cursor>',
      '<CURSOR>',
      '<cursor>x',
      'x',
      '',
      'e30',
      '%00',
      'a'.repeat(9_000),
      '%ff',
      '..',
    )
    .map((cursor) => `cursor=${cursor}`),
  fc
    .constantFrom(
      'active',
      'archived',
      'ACTIVE',
      '',
      'x',
      'active&status=archived',
      'active&status=active',
    )
    .map((status) => `status=${status}`),
  fc
    .constantFrom('1', '3', 'all', '0', '-1', '1e1', '9999999999999999', 'ALL', '1&leaf=2')
    .map((leaf) => `leaf=${leaf}`),
  fc.constantFrom(
    'limit[]=1',
    'limit[a]=1',
    '__proto__=1',
    'constructor[prototype][a]=1',
    'userId=x',
    '&&&',
    '=',
    '=1',
    '%',
    '%zz=%zz',
    'limit',
    '#',
    '?',
    'status[]=active',
    'cursor=a&cursor=b',
    'a=1'.repeat(2_000),
    '&'.repeat(2_000),
  ),
);
export const query = fc
  .array(parameter, { maxLength: 3 })
  .map((all) => (all.length > 0 ? `?${all.join('&')}` : ''));
